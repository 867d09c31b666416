import { projectsOf } from './projects.ts';
import type { Check, Finding } from './repository.ts';

const LINES_MAX = 60;

/** Each package, app and tool says in a README what it is for and what it must not do; those of packages and apps are short. */
export const packageReadmes: Check = {
  name: 'package-readmes',
  summary: `every project has a README; those of packages and apps have at most ${LINES_MAX} lines`,
  run(repository) {
    const known = new Set(repository.paths);
    return projectsOf(repository).flatMap(({ folder }): Finding[] => {
      const path = `${folder}/README.md`;
      if (!known.has(path)) {
        return [{ path, message: 'is missing: say what the package is for, in a few lines' }];
      }
      // Tools are not published; the page of a tool may be its manual.
      if (folder.startsWith('tools/')) return [];
      const lines = repository.read(path).trimEnd().split('\n').length;
      return lines > LINES_MAX
        ? [{ path, message: `has ${lines} lines; ${LINES_MAX} are enough, the rest belongs into docs/` }]
        : [];
    });
  },
};
