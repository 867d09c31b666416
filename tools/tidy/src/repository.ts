import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The files that a check looks at: paths relative to the root, with forward slashes. */
export interface Repository {
  readonly paths: readonly string[];
  read(path: string): string;
}

/** One thing to repair. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

/** A rule about the repository as a whole, such as no linter of single files can state. */
export interface Check {
  readonly name: string;
  readonly summary: string;
  run(repository: Repository): Finding[];
}

/** Folders that hold what is fetched or produced, as in .gitignore. */
const FOLDERS_LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.nx', 'coverage', '.millrace']);

/** Reads the checkout in `root`; texts are read once, when first asked for. */
export function openRepository(root: string): Repository {
  const texts = new Map<string, string>();
  return {
    paths: walk(root, '').sort(),
    read(path) {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readFileSync(join(root, path), 'utf8');
      texts.set(path, text);
      return text;
    },
  };
}

/** A repository in memory, for tests. */
export function repositoryOf(files: Readonly<Record<string, string | object>>): Repository {
  const texts = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    ]),
  );
  return {
    paths: [...texts.keys()].sort(),
    read(path) {
      const text = texts.get(path);
      if (text === undefined) throw new Error(`no such file in the test repository: ${path}`);
      return text;
    },
  };
}

function walk(root: string, folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      // The data directory of `npm start` lies at the root; a package may well have a folder named data.
      if (!FOLDERS_LEFT_OUT.has(entry.name) && path !== 'data') found.push(...walk(root, path));
    } else if (entry.isFile()) {
      found.push(path);
    }
  }
  return found;
}
