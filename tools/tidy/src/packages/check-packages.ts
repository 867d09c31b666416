/**
 * Looks at the packages as a user gets them: packs the built workspace, installs the tarballs in an empty folder and
 * tries them there.
 *
 * Each package: publint (strict) finds nothing, attw finds the types right for ESM and CommonJS, `import` and `require`
 * give the same names. What the client makes its user download stays within its bound. Together: a Jest without any flag, as most users run it, can load them, and a broker starts from them in both formats.
 * The commands by which the client's guide packs it from a checkout make the tarballs that the client needs.
 * Needs a build before it. Exit code 0 when all is well.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { formatMessage } from 'publint/utils';
import { publint } from 'publint';
import { projectsOf, type Project } from '../projects.ts';
import { openRepository, type Finding } from '../repository.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../../..');

/** Bytes of the tarballs of a package and of those in the workspace that it needs, at most. */
const PACKED_BYTES_MAX: Readonly<Record<string, number>> = { '@millrace/sdk': 1_000_000 };

/** Tells how to use the client in a project outside of the checkout. */
const GUIDE = 'docs/guides/sdk.md';

const findings: Finding[] = [];
const projects = projectsOf(openRepository(ROOT)).filter(({ manifest }) => manifest.private !== true);
const unbuilt = projects.filter(({ folder }) => !existsSync(join(ROOT, folder, 'dist')));
if (unbuilt.length > 0) {
  for (const { folder } of unbuilt)
    findings.push({ path: folder, message: 'is not built; run nx run-many -t build first' });
} else {
  const consumer = mkdtempSync(join(realpathSync(tmpdir()), 'millrace-packages-'));
  try {
    const tarballs = await packAll(consumer);
    await installInto(consumer, tarballs);
    for (const project of projects) {
      findings.push(...(await lintPackage(project, consumer)));
      findings.push(...(await checkTypes(project, tarballs)));
      findings.push(...(await loadBothWays(project, consumer)));
      findings.push(...(await runPrograms(project, consumer)));
    }
    findings.push(...checkSizes(tarballs), ...(await packAsGuideSays(consumer, tarballs)));
    findings.push(...(await loadInJest(consumer)), ...(await startBrokers(consumer)));
  } finally {
    rmSync(consumer, { recursive: true, force: true });
  }
}
for (const { path, message } of findings) process.stdout.write(`${path}: ${message}\n`);
process.stdout.write(
  findings.length === 0 ? `${projects.length} packages are in order\n` : `${findings.length} to repair\n`,
);
process.exitCode = findings.length === 0 ? 0 : 1;

/** The tarball of each package by name, as `npm publish` would upload it. */
async function packAll(consumer: string): Promise<Map<string, string>> {
  const members = projects.flatMap(({ folder }) => ['-w', folder]);
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', consumer, ...members];
  const { stdout } = await run('npm', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  const packed = JSON.parse(stdout) as Record<string, { name: string; filename: string }>;
  return new Map(
    Object.values(packed).map(({ name, filename }) => [
      name,
      join(consumer, filename.replace(/^@/, '').replace('/', '-')),
    ]),
  );
}

/** What npm would do, without a registry: tarballs unpacked, packages of others linked from the workspace. */
async function installInto(consumer: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  linkPackages(join(ROOT, 'node_modules'), join(consumer, 'node_modules'), tarballs);
  for (const { folder, manifest } of projects) {
    const target = join(consumer, 'node_modules', manifest.name ?? '');
    mkdirSync(target, { recursive: true });
    await run('tar', ['-xzf', tarballs.get(manifest.name ?? '') ?? '', '-C', target, '--strip-components=1']);
    const nested = join(ROOT, folder, 'node_modules');
    if (existsSync(nested)) symlinkSync(nested, join(target, 'node_modules'));
  }
}

function linkPackages(from: string, to: string, ours: ReadonlyMap<string, string>, scope = ''): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') || ours.has(scope + name)) continue;
    if (name.startsWith('@')) linkPackages(join(from, name), join(to, name), ours, `${name}/`);
    else symlinkSync(join(from, name), join(to, name));
  }
}

function checkSizes(tarballs: ReadonlyMap<string, string>): Finding[] {
  return Object.entries(PACKED_BYTES_MAX).flatMap(([name, bytesMax]) => {
    const needed = withDependencies(name);
    const bytes = needed.reduce((sum, each) => sum + statSync(tarballs.get(each.manifest.name ?? '') ?? '').size, 0);
    process.stdout.write(`${name} and what it needs of the workspace: ${bytes} bytes packed\n`);
    if (bytes < bytesMax) return [];
    const message = `${bytes} bytes packed with what it needs of the workspace; fewer than ${bytesMax} are allowed`;
    return [{ path: needed[0]?.folder ?? name, message }];
  });
}

/** The package and all that it depends on of the workspace, itself first. */
function withDependencies(name: string): Project[] {
  const found = new Set<Project>();
  const add = (wanted: string): void => {
    const project = projects.find(({ manifest }) => manifest.name === wanted);
    if (project === undefined || found.has(project)) return;
    found.add(project);
    for (const dependency of Object.keys(project.manifest.dependencies ?? {})) add(dependency);
  };
  add(name);
  return [...found];
}

/** What a user of a checkout types; the last line installs from the folder, so that what is there must be complete. */
async function packAsGuideSays(consumer: string, tarballs: ReadonlyMap<string, string>): Promise<Finding[]> {
  const guide = readFileSync(join(ROOT, GUIDE), 'utf8');
  const [, pack, destination = ''] = /^(npm pack .* --pack-destination (\S+))$/m.exec(guide) ?? [];
  const install = `cd ${destination}\nnpm install ./millrace-*.tgz\n`;
  if (pack === undefined || !guide.includes(`${pack}\n${install}`))
    return [{ path: GUIDE, message: 'does not tell how to pack and install the client from a checkout' }];
  const shop = join(consumer, 'shop');
  mkdirSync(shop);
  const trouble = await run('sh', ['-c', pack.replace(destination, '"$0"'), shop], { cwd: ROOT }).then(
    () => undefined,
    outputOf,
  );
  if (trouble !== undefined) return [{ path: GUIDE, message: `what it says about packing fails:\n${trouble}` }];
  const wanted = withDependencies('@millrace/sdk').map(({ manifest }) => tarballs.get(manifest.name ?? '') ?? '');
  const [made, needed] = [readdirSync(shop), wanted.map((path) => basename(path))].map((names) => names.sort().join());
  return made === needed ? [] : [{ path: GUIDE, message: `packs ${made ?? ''}; the client needs ${needed ?? ''}` }];
}

async function lintPackage({ folder, manifest }: Project, consumer: string): Promise<Finding[]> {
  const pkgDir = join(consumer, 'node_modules', manifest.name ?? '');
  const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true });
  return messages.map((message) => ({
    path: folder,
    message: `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  }));
}

async function checkTypes({ folder, manifest }: Project, tarballs: ReadonlyMap<string, string>): Promise<Finding[]> {
  if (manifest.exports === undefined) return [];
  const attw = realpathSync(join(ROOT, 'node_modules', '.bin', 'attw'));
  const args = [
    attw,
    tarballs.get(manifest.name ?? '') ?? '',
    '--profile',
    'node16',
    '--no-color',
    '--no-emoji',
    '--format',
    'ascii',
  ];
  const outcome = await run(process.execPath, args).then(() => undefined, outputOf);
  return outcome === undefined ? [] : [{ path: folder, message: `attw:\n${outcome}` }];
}

/** Both module systems find every entry, and find the same names behind it. */
async function loadBothWays({ folder, manifest }: Project, consumer: string): Promise<Finding[]> {
  const specifiers = specifiersOf(folder, manifest);
  if (specifiers.length === 0) return [];
  const names = `(module) => Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports').sort().join()`;
  const script = `
    const names = ${names};
    const { createRequire } = await import('node:module');
    const require = createRequire(import.meta.url);
    for (const specifier of ${JSON.stringify(specifiers)}) {
      const imported = names(await import(specifier));
      const required = names(require(specifier));
      if (imported !== required) throw new Error(specifier + ': import gives ' + imported + ', require gives ' + required);
    }`;
  const path = join(consumer, 'load.mjs');
  writeFileSync(path, script);
  const trouble = await run(process.execPath, [path], { cwd: consumer }).then(() => undefined, outputOf);
  return trouble === undefined ? [] : [{ path: folder, message: `cannot be loaded both ways:\n${trouble}` }];
}

/** The names under which users import; a pattern stands for its first file. */
function specifiersOf(folder: string, { name = '', exports = {} }: Project['manifest']): string[] {
  return Object.entries(exports).flatMap(([key, target]) => {
    const source = typeof target === 'string' ? undefined : target['@millrace/source'];
    if (typeof source !== 'string') return [];
    if (!key.includes('*')) return [name + key.slice(1)];
    const [before = '', after = ''] = source.split('*', 2);
    const files = readdirSync(join(ROOT, folder, dirname(`${before}x`))).filter((file) => file.endsWith(after));
    return files.slice(0, 1).map((file) => name + key.slice(1).replace('*', file.slice(0, file.length - after.length)));
  });
}

/** Jest without --experimental-vm-modules cannot load ESM, so this proves that no package needs it in CommonJS. */
async function loadInJest(consumer: string): Promise<Finding[]> {
  const specifiers = projects
    .filter(({ manifest }) => manifest.exports !== undefined)
    .map(({ manifest }) => manifest.name);
  const test = `test.each(${JSON.stringify(specifiers)})('loads %s', (name) => { expect(Object.keys(require(name))).not.toHaveLength(0); });`;
  writeFileSync(
    join(consumer, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, jest: { testEnvironment: 'node' } }),
  );
  writeFileSync(join(consumer, 'load.test.js'), test);
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const trouble = await run(process.execPath, [jest, '--rootDir', consumer], { cwd: consumer }).then(
    () => undefined,
    outputOf,
  );
  return trouble === undefined ? [] : [{ path: 'packages', message: `a plain Jest cannot load them:\n${trouble}` }];
}

/** The commands of a package are there and know how to explain themselves. */
async function runPrograms({ folder, manifest }: Project, consumer: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [command, path] of Object.entries(manifest.bin ?? {})) {
    const file = join(consumer, 'node_modules', manifest.name ?? '', path);
    const trouble = await run(process.execPath, [file, '--help'], { cwd: consumer }).then(() => undefined, outputOf);
    if (trouble !== undefined) found.push({ path: folder, message: `${command} --help fails:\n${trouble}` });
  }
  return found;
}

/** A broker with a data directory comes up and goes down: workers and files beside the modules are where the build put them. */
async function startBrokers(consumer: string): Promise<Finding[]> {
  const use = (name: string) => `
    (async () => {
      const broker = await createBroker({ port: 0, dataDir: ${JSON.stringify(join(consumer, 'data'))} + '-${name}' });
      await broker.close();
    })();`;
  writeFileSync(join(consumer, 'start.mjs'), `import { createBroker } from '@millrace/broker';${use('esm')}`);
  writeFileSync(join(consumer, 'start.cjs'), `const { createBroker } = require('@millrace/broker');${use('cjs')}`);
  const found: Finding[] = [];
  for (const script of ['start.mjs', 'start.cjs']) {
    const trouble = await run(process.execPath, [join(consumer, script)], { cwd: consumer, timeout: 60_000 }).then(
      () => undefined,
      outputOf,
    );
    if (trouble !== undefined)
      found.push({ path: 'packages/broker', message: `${script}: a broker does not start:\n${trouble}` });
  }
  return found;
}

function outputOf(error: unknown): string {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`.trim() || String(error);
}
