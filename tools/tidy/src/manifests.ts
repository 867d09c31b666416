/**
 * package.json hygiene: exact versions, one version of ours, and agreement between what a package declares, what it
 * imports and what its tsconfig references.
 */
import { posix } from 'node:path';
import { buildImportGraph, isSourceFile, type ImportGraph } from './import-graph.ts';
import { isTestFile, projectsOf, readManifest, type Manifest, type Project } from './projects.ts';
import type { Check, Finding, Repository } from './repository.ts';

const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

export const manifests: Check = {
  name: 'manifests',
  summary: 'package.json files are exact, complete and agree with the imports',
  run(repository) {
    const root = readManifest(repository, 'package.json');
    const projects = projectsOf(repository);
    const graph = buildImportGraph(repository);
    return [
      ...versionsOf(root, 'package.json'),
      ...projects.flatMap((project) => [
        ...fieldsOf(project, root),
        ...versionsOf(project.manifest, `${project.folder}/package.json`),
        ...siblingsOf(project, projects, root),
        ...referencesOf(project, projects, repository),
        ...importsOf(project, projects, root, repository, graph),
      ]),
    ];
  },
};

function fieldsOf({ folder, manifest }: Project, root: Manifest): Finding[] {
  const path = `${folder}/package.json`;
  const wanted: [boolean, string][] = [
    [manifest.version === root.version, `has version ${manifest.version}, the workspace is at ${root.version}`],
    [manifest.license === root.license, `has licence ${manifest.license}, the workspace ${root.license}`],
    [(manifest.description ?? '') !== '', 'has no description'],
    [manifest.type === 'module', 'is not of type module'],
    [manifest.engines?.['node'] !== undefined, 'does not say which Node it needs (engines.node)'],
    [(manifest.nx?.tags ?? []).some((tag) => tag.startsWith('layer:')), 'has no layer tag'],
    [folder.startsWith('tools/') === (manifest.private === true), 'tools are private, packages and apps are not'],
  ];
  return [
    ...wanted.flatMap(([holds, message]) => (holds ? [] : [{ path, message }])),
    ...buildBeforePacking(manifest).map((message) => ({ path, message })),
  ];
}

/** `dist` is in no checkout: without this, npm packs what has none, and says nothing. */
function buildBeforePacking({ name = '', private: isPrivate = false, files = [], scripts }: Manifest): string[] {
  if (isPrivate || !files.includes('dist')) return [];
  const prepack = `node ../../tools/setup/run.mjs exec nx build ${name} --outputStyle=static >&2`;
  return scripts?.['prepack'] === prepack
    ? []
    : [`does not build before it is packed: scripts.prepack is "${prepack}"`];
}

function versionsOf(manifest: Manifest, path: string): Finding[] {
  return Object.entries({ ...declared(manifest), ...manifest.devDependencies }).flatMap(([name, version]) =>
    EXACT.test(version) ? [] : [{ path, message: `${name} is at "${version}"; versions are exact` }],
  );
}

function siblingsOf({ folder, manifest }: Project, projects: readonly Project[], root: Manifest): Finding[] {
  return Object.entries({ ...declared(manifest), ...manifest.devDependencies }).flatMap(([name, version]) => {
    if (!projects.some((project) => project.manifest.name === name) || version === root.version) return [];
    return [{ path: `${folder}/package.json`, message: `${name} is at ${version}, the workspace at ${root.version}` }];
  });
}

/** tsc builds in the order of references: they are the workspace dependencies, no more and no less. */
function referencesOf({ folder, manifest }: Project, projects: readonly Project[], repository: Repository): Finding[] {
  const path = `${folder}/tsconfig.lib.json`;
  if (!repository.paths.includes(path)) return [];
  const { references = [] } = JSON.parse(repository.read(path)) as { references?: { path: string }[] };
  const referenced = references.map((reference) => posix.dirname(posix.normalize(posix.join(folder, reference.path))));
  const wanted = Object.keys(manifest.dependencies ?? {}).flatMap(
    (name) => projects.find((project) => project.manifest.name === name)?.folder ?? [],
  );
  return [
    ...wanted
      .filter((other) => !referenced.includes(other))
      .map((other) => ({ path, message: `does not reference ${other}, on which package.json depends` })),
    ...referenced
      .filter((other) => !wanted.includes(other))
      .map((other) => ({ path, message: `references ${other}, on which package.json does not depend` })),
  ];
}

function importsOf(
  { folder, manifest }: Project,
  projects: readonly Project[],
  root: Manifest,
  repository: Repository,
  graph: ImportGraph,
): Finding[] {
  const isTool = folder.startsWith('tools/');
  const runtime = new Set([...Object.keys(declared(manifest)), manifest.name]);
  const development = new Set([
    ...runtime,
    ...Object.keys(manifest.devDependencies ?? {}),
    ...Object.keys(root.devDependencies ?? {}),
  ]);
  const used = new Set<string>();
  const findings: Finding[] = [];
  for (const path of repository.paths) {
    if (!path.startsWith(`${folder}/`) || !isSourceFile(path)) continue;
    // Tests reach every workspace package through the root; which of them they may use is the linter's to say.
    const isOurs = (name: string) => projects.some((project) => project.manifest.name === name);
    for (const specifier of graph.packagesOf(path)) {
      const name = packageName(specifier);
      used.add(name);
      const isDevelopment = isTool || isTestFile(path) || !path.startsWith(`${folder}/src/`);
      const allowed = isDevelopment ? development : runtime;
      if (allowed.has(name) || name === '@jest/globals' || (isDevelopment && isOurs(name))) continue;
      const where = isDevelopment ? 'devDependencies' : 'dependencies';
      findings.push({ path, message: `imports ${name}, which ${folder}/package.json does not list in ${where}` });
    }
    for (const name of Object.keys(declared(manifest))) if (namesPackage(repository.read(path), name)) used.add(name);
  }
  const unused = Object.keys(declared(manifest)).filter((name) => !used.has(name));
  return [
    ...findings,
    ...unused.map((name) => ({ path: `${folder}/package.json`, message: `depends on ${name} and never imports it` })),
  ];
}

/** A package may be loaded by name, without an import (`createRequire`, a child process). */
function namesPackage(text: string, name: string): boolean {
  return (
    text.includes(`'${name}'`) || text.includes(`"${name}"`) || text.includes(`'${name}/`) || text.includes(`"${name}/`)
  );
}

function declared(manifest: Manifest): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
}

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/', 2);
  return specifier.startsWith('@') ? `${first}/${second}` : first;
}
