import { posix } from 'node:path';
import { buildImportGraph, filesNamedIn, isSourceFile, reachableFrom } from './import-graph.ts';
import { isTestFile, projectsOf, type Project } from './projects.ts';
import type { Check, Finding, Repository } from './repository.ts';

/**
 * Source files that nothing uses.
 *
 * A file is alive when a way in reaches it: what a package exports, a `main.ts`, a command in package.json, a config
 * file of a tool, a test. Sources that only tests reach are dead weight in the published package and are named as such;
 * test support belongs under `test/` or into the testing package.
 */
export const deadFiles: Check = {
  name: 'dead-files',
  summary: 'every source file can be reached from a way in',
  run(repository) {
    const graph = buildImportGraph(repository);
    const projects = projectsOf(repository);
    const sources = repository.paths.filter((path) => isSourceFile(path) && inProject(projects, path));
    const tests = sources.filter(isTestFile);
    const alive = reachableFrom(graph, waysIn(repository, projects));
    const tested = reachableFrom(graph, tests);
    return sources.flatMap((path): Finding[] => {
      if (alive.has(path) || isTestFile(path)) return [];
      const message = tested.has(path)
        ? 'only tests use this file; move it to test/, or use it'
        : 'nothing imports this file; delete it, or use it';
      return [{ path, message }];
    });
  },
};

function inProject(projects: readonly Project[], path: string): boolean {
  return projects.some(({ folder }) => path.startsWith(`${folder}/`));
}

function waysIn(repository: Repository, projects: readonly Project[]): string[] {
  const known = new Set(repository.paths);
  const roots = repository.paths.filter(
    (path) =>
      /(?:^|\/)main\.ts$/.test(path) || /\.config\.(?:mjs|js|ts)$/.test(path) || path.startsWith('tools/setup/'),
  );
  // Files that a manifest or a command names, wherever in the repository they are.
  for (const path of ['package.json', 'nx.json'].filter((file) => known.has(file))) {
    roots.push(...filesNamedIn(asStrings(repository.read(path)), path, projects, known));
  }
  for (const { folder } of projects) {
    const path = posix.join(folder, 'package.json');
    roots.push(...filesNamedIn(asStrings(repository.read(path)), path, projects, known));
    roots.push(...exportedByPattern(folder, repository));
  }
  return roots;
}

/** Words of a command line become strings of their own, so that `node src/main.ts --check` names a file. */
function asStrings(json: string): string {
  return json.replaceAll(/[\s"]+/g, '" "');
}

/** `./messages/*` exports every file that fits its pattern. */
function exportedByPattern(folder: string, repository: Repository): string[] {
  const { exports = {} } = JSON.parse(repository.read(`${folder}/package.json`)) as {
    exports?: Record<string, unknown>;
  };
  return Object.values(exports).flatMap((target) => {
    const source =
      typeof target === 'object' && target !== null
        ? (target as Record<string, unknown>)['@millrace/source']
        : undefined;
    if (typeof source !== 'string' || !source.includes('*')) return [];
    const [before, after] = posix.join(folder, source).split('*', 2);
    return repository.paths.filter((path) => path.startsWith(before ?? '') && path.endsWith(after ?? ''));
  });
}
