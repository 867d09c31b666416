import { posix } from 'node:path';
import type { Repository } from './repository.ts';

/** The fields of package.json that the checks read. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly private?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[]; readonly targets?: Readonly<Record<string, unknown>> };
}

/** A workspace member: its folder, and what its package.json says. */
export interface Project {
  readonly folder: string;
  readonly manifest: Manifest;
}

const MANIFEST_OF_MEMBER = /^(?:packages|apps|tools)\/[^/]+\/package\.json$/;

/** Every package.json directly under packages, apps and tools. */
export function projectsOf(repository: Repository): Project[] {
  return repository.paths
    .filter((path) => MANIFEST_OF_MEMBER.test(path))
    .map((path) => ({ folder: posix.dirname(path), manifest: readManifest(repository, path) }));
}

/** The folder's own project, or undefined for files outside all of them. */
export function projectOfFile(projects: readonly Project[], path: string): Project | undefined {
  return projects.find(({ folder }) => path.startsWith(`${folder}/`));
}

export function readManifest(repository: Repository, path: string): Manifest {
  return JSON.parse(repository.read(path)) as Manifest;
}

/** Tests and benchmarks, by the conventions for their names and places. */
export function isTestFile(path: string): boolean {
  return /\.(?:test|itest|bench)\.ts$/.test(path) || /^(?:packages|apps|tools)\/[^/]+\/test\//.test(path);
}

export function isGenerated(path: string): boolean {
  return path.includes('/generated/');
}
