import { projectsOf } from './projects.ts';
import type { Check, Finding } from './repository.ts';

const LINES_MAX = 60;

/** Each package and app says in a short README what it is for and what it must not do. */
export const packageReadmes: Check = {
  name: 'package-readmes',
  summary: `packages and apps have a README of at most ${LINES_MAX} lines`,
  run(repository) {
    const known = new Set(repository.paths);
    return projectsOf(repository).flatMap(({ folder }): Finding[] => {
      // Tools are not published; the page of a tool may be its manual.
      if (folder.startsWith('tools/')) return [];
      const path = `${folder}/README.md`;
      if (!known.has(path)) {
        return [{ path, message: 'is missing: say what the package is for, in a few lines' }];
      }
      const lines = repository.read(path).trimEnd().split('\n').length;
      return lines > LINES_MAX
        ? [{ path, message: `has ${lines} lines; ${LINES_MAX} are enough, the rest belongs into docs/` }]
        : [];
    });
  },
};
