/**
 * Who imports whom, across the whole workspace, read from the sources.
 *
 * Owns: resolving a specifier to a file of the repository, by relative path or through a package's exports.
 * Counts as an import: static and dynamic imports, re-exports, and a file named in a string (a worker's URL, a program
 * to spawn, an entry of package.json), because such a file is alive too.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import { projectOfFile, projectsOf, type Project } from './projects.ts';
import type { Repository } from './repository.ts';

export interface ImportGraph {
  /** Files of the repository that a file refers to. */
  targetsOf(path: string): readonly string[];
  /** Bare specifiers that a file imports, `node:` ones left out. */
  packagesOf(path: string): readonly string[];
}

const SOURCE_FILE = /\.(?:ts|tsx|mts|mjs|cjs|js)$/;
const FILE_IN_STRING = /(['"`])((?:\.{0,2}\/)?[\w@.*/-]+\.(?:ts|mts|mjs|cjs|js))\1/g;

export function isSourceFile(path: string): boolean {
  return SOURCE_FILE.test(path);
}

export function buildImportGraph(repository: Repository): ImportGraph {
  const projects = projectsOf(repository);
  const known = new Set(repository.paths);
  const targets = new Map<string, string[]>();
  const packages = new Map<string, string[]>();
  for (const path of repository.paths) {
    if (!isSourceFile(path)) continue;
    const text = repository.read(path);
    const specifiers = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
    const files = new Set<string>();
    const bare = new Set<string>();
    for (const specifier of specifiers) {
      const file = resolveSpecifier(specifier, path, projects, known);
      if (file !== undefined) files.add(file);
      if (!specifier.startsWith('.') && !specifier.startsWith('node:')) bare.add(specifier);
    }
    for (const file of filesNamedIn(text, path, projects, known)) files.add(file);
    targets.set(path, [...files]);
    packages.set(path, [...bare]);
  }
  return {
    targetsOf: (path) => targets.get(path) ?? [],
    packagesOf: (path) => packages.get(path) ?? [],
  };
}

/** Everything that can be reached from `roots`, the roots included. */
export function reachableFrom(graph: ImportGraph, roots: Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const queue = [...roots];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(...graph.targetsOf(path));
  }
  return reached;
}

/** Files named in any text (a command line, a URL), tried from the file's own folder, its project, and the root. */
export function filesNamedIn(
  text: string,
  from: string,
  projects: readonly Project[],
  known: ReadonlySet<string>,
): string[] {
  const project = projectOfFile(projects, from);
  const bases = [posix.dirname(from), ...(project === undefined ? [] : [project.folder, `${project.folder}/src`]), ''];
  const found: string[] = [];
  for (const [, , name] of text.matchAll(FILE_IN_STRING)) {
    if (name === undefined) continue;
    for (const base of bases) {
      const path = posix.normalize(posix.join(base, name));
      if (known.has(path) && path !== from) found.push(path);
    }
  }
  return found;
}

function resolveSpecifier(
  specifier: string,
  from: string,
  projects: readonly Project[],
  known: ReadonlySet<string>,
): string | undefined {
  if (specifier.startsWith('.')) {
    const path = posix.normalize(posix.join(posix.dirname(from), specifier));
    return known.has(path) ? path : undefined;
  }
  const project = projects.find(({ manifest: { name } }) => specifier === name || specifier.startsWith(`${name}/`));
  if (project?.manifest.name === undefined) return undefined;
  const subpath = `.${specifier.slice(project.manifest.name.length)}`;
  const target = exportedSource(project, subpath);
  const path = target === undefined ? undefined : posix.join(project.folder, target);
  return path !== undefined && known.has(path) ? path : undefined;
}

/** The source behind a subpath of a package, `*` patterns included. */
function exportedSource({ manifest }: Project, subpath: string): string | undefined {
  for (const [key, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string') continue;
    const source = target['@millrace/source'];
    if (typeof source !== 'string') continue;
    if (key === subpath) return source;
    const [before, after] = key.split('*', 2);
    if (before === undefined || after === undefined) continue;
    if (subpath.startsWith(before) && subpath.endsWith(after) && subpath.length > before.length + after.length) {
      return source.replace('*', subpath.slice(before.length, subpath.length - after.length));
    }
  }
  return undefined;
}
