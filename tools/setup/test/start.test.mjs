/** `npm start` from outside: what reaches stdout, how signals and vanished parents end the broker, exit codes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { COMMANDS } from '../lib/commands.mjs';
import { npmIsDeaf } from '../lib/launch.mjs';
import { childrenOf, createWorkspace, isAlive, readLines, run, shellEnvironment, until } from './workspace.mjs';

let workspace;
let env;

// npm before 10.3 catches SIGTERM and SIGINT and does nothing with them; no script can know that they came.
const npmVersion = execFileSync('npm', ['--version'], { encoding: 'utf8', env: shellEnvironment() }).trim();
const deaf = npmIsDeaf(npmVersion) ? `npm ${npmVersion} does not pass signals on, 10.3 and newer do` : false;

before(async () => {
  workspace = createWorkspace();
  env = shellEnvironment({ FIXTURE_LOG: workspace.log });
  const first = await run('npm', ['run', 'start', '--', '--exit', '0'], { cwd: workspace.root, env }).ended;
  assert.equal(first.code, 0, first.stderr);
});
after(() => workspace.remove());
beforeEach(() => rmSync(workspace.log, { force: true }));

function npm(args, options = {}) {
  return run('npm', args, {
    cwd: options.cwd ?? workspace.root,
    env: { ...env, ...options.env },
    stdin: options.stdin,
  });
}

async function startReady(args = [], options = {}) {
  const started = npm(['start', '--', ...args], options);
  await until(() => started.said.stdout.includes('\n'), 'the ready line');
  const ready = JSON.parse(started.said.stdout.slice('ready '.length));
  return { ...started, ready };
}

describe('npm start', () => {
  it('puts exactly one line on stdout and the logs on stderr', async () => {
    const { ended, ready } = await startReady(['--port', '0']);
    process.kill(ready.pid, 'SIGTERM');

    const { stdout, stderr, code } = await ended;
    assert.equal(stdout, `ready ${JSON.stringify(ready)}\n`);
    assert.equal(
      stderr
        .split('\n')
        .filter((line) => !line.includes('does not pass'))
        .join('\n'),
      'a log line\n',
    );
    assert.equal(code, 0);
  });

  it('passes arguments unchanged, spaces and quotes included', async () => {
    const args = ['--data-dir', "a b'c", '--set', 'x="1"', '--', '$HOME', ''];
    const { ended, ready } = await startReady(args);
    process.kill(ready.pid, 'SIGTERM');
    await ended;

    assert.deepEqual(ready.args, args);
  });

  it('runs where the user stands, so that relative paths mean what was typed', async () => {
    const cwd = join(workspace.root, 'some where');
    const { ended, ready } = await startReady([], { cwd });
    process.kill(ready.pid, 'SIGTERM');
    await ended;

    assert.equal(ready.cwd, cwd);
  });

  it('ignores the INIT_CWD of an outer npm when it is run by hand', async () => {
    const cwd = join(workspace.root, 'some where');
    const byHand = run(process.execPath, ['../tools/setup/run.mjs', 'start'], { cwd, env: { ...env, INIT_CWD: '/' } });
    await until(() => byHand.said.stdout.includes('\n'), 'the ready line');
    byHand.child.kill('SIGTERM');
    await byHand.ended;

    assert.equal(JSON.parse(byHand.said.stdout.slice('ready '.length)).cwd, cwd);
  });

  it('works with CI=true and with stdin closed', async () => {
    const command = `exec npm start -- --exit 0 <&-`;
    const { code, stdout, stderr } = await run('sh', ['-c', command], {
      cwd: workspace.root,
      env: { ...env, CI: 'true' },
    }).ended;

    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' }, stderr);
  });

  it('says how to stop it under an npm that does not pass signals on', async () => {
    const env = {
      npm_config_user_agent: 'npm/9.9.4 node/v20.1.0 linux x64 workspaces/false',
      npm_lifecycle_event: 'start',
    };
    const { code, stderr } = await run(process.execPath, ['tools/setup/run.mjs', 'start', '--exit', '0'], {
      cwd: workspace.root,
      env: { ...shellEnvironment({ FIXTURE_LOG: workspace.log }), ...env },
    }).ended;

    assert.equal(code, 0);
    assert.match(stderr, /npm 9\.9\.4 does not pass SIGTERM on[^\n]*kill \d+/);
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`ends the broker in order, once and within 2 s, when npm gets ${signal}`, { skip: deaf }, async () => {
      const { child, ended, ready } = await startReady();
      const started = performance.now();
      child.kill(signal);
      const { code } = await ended;

      assert.equal(code, 0);
      assert.ok(performance.now() - started < 2_000);
      assert.equal(isAlive(ready.pid), false);
      assert.deepEqual(readLines(workspace.log).slice(1), [`stop ${signal}`, 'stopped']);
    });
  }

  it('delivers a Ctrl-C once although terminal and npm both send it', { skip: deaf }, async () => {
    // A terminal signals the whole foreground group: npm in a group of its own plays that part.
    const npmInGroup = run('npm', ['start'], { cwd: workspace.root, env, ownGroup: true });
    await until(() => npmInGroup.said.stdout.includes('\n'), 'the ready line');
    process.kill(-npmInGroup.child.pid, 'SIGINT');
    const { code } = await npmInGroup.ended;

    assert.equal(code, 0);
    assert.deepEqual(readLines(workspace.log).slice(1), ['stop SIGINT', 'stopped']);
  });

  it('ends the broker in order when npm is killed with -9', async () => {
    const { child, ready } = await startReady();
    child.kill('SIGKILL');

    await until(() => !isAlive(ready.pid), 'the broker to end');
    assert.deepEqual(readLines(workspace.log).slice(1), ['stop SIGTERM', 'stopped']);
  });

  it('ends the broker in order when the process between npm and it is killed with -9', async (t) => {
    const { child, ended, ready } = await startReady();
    const between = childrenOf(child.pid);
    if (between.length === 0) {
      process.kill(ready.pid, 'SIGTERM');
      await ended;
      t.skip('needs /proc to find the process');
      return;
    }
    process.kill(between[0], 'SIGKILL');

    await until(() => !isAlive(ready.pid), 'the broker to end');
    assert.deepEqual(readLines(workspace.log).slice(1), ['stop SIGTERM', 'stopped']);
    assert.notEqual((await ended).code, 0);
  });

  it('kills a broker that ignores the request when it is asked a second time', { skip: deaf }, async () => {
    const { child, ended, ready } = await startReady(['--stubborn']);
    child.kill('SIGTERM');
    await until(() => readLines(workspace.log).length === 2, 'the first request');
    const again = setInterval(() => child.kill('SIGTERM'), 300);
    const { code, signal, stderr } = await ended;
    clearInterval(again);

    assert.notEqual(code ?? signal, 0);
    assert.match(stderr, /asked to stop twice/);
    assert.equal(isAlive(ready.pid), false);
  });

  for (const exit of [0, 1, 2]) {
    it(`forwards exit code ${exit}`, async () => {
      assert.equal((await npm(['start', '--', '--exit', String(exit)]).ended).code, exit);
    });
  }

  it('answers 1 and says so when the broker is killed', async () => {
    const { ended, ready } = await startReady();
    process.kill(ready.pid, 'SIGKILL');
    const { code, stderr } = await ended;

    assert.equal(code, 1);
    assert.match(stderr, /^millrace setup: the broker was killed by SIGKILL$/m);
  });

  it('leaves no trace of the supervision in the environment of the broker', async () => {
    const { ended, ready } = await startReady();
    process.kill(ready.pid, 'SIGTERM');
    await ended;

    assert.equal(ready.leaked, null);
  });
});

describe('npm run node', () => {
  it('runs a TypeScript file where the user stands, with the sources of packages of the workspace', async () => {
    const leaf = join(workspace.root, 'leaf');
    writeFileSync(join(leaf, 'leaf.ts'), "export const leaf: string = 'from source';\n");
    const exports = { '.': { '@millrace/source': './leaf.ts', default: './missing.js' } };
    writeFileSync(
      join(leaf, 'package.json'),
      JSON.stringify({ name: 'leaf', version: '1.0.0', type: 'module', exports }),
    );
    const cwd = join(workspace.root, 'some where');
    writeFileSync(
      join(cwd, 'try.ts'),
      "import { leaf } from 'leaf';\nconsole.log(leaf, process.argv[2]);\nprocess.exitCode = 3 as number;\n",
    );
    const { code, stdout } = await npm(['run', 'node', '--', 'try.ts', 'word'], { cwd }).ended;

    assert.equal(stdout, 'from source word\n');
    // npm makes every failure of a script its own exit code or hands the code on, by version.
    assert.notEqual(code, 0);
  });
});

describe('flags that npm swallowed', () => {
  const anyFlags = 'npm start -- <all flags>';
  const anyCommand = 'npm run millrace -- <subcommand and all flags>';
  const create = ['run', 'millrace', 'topics', 'create', 'orders'];
  const cases = [
    [['start', '--port', '9093'], 'npm start -- --port 9093'],
    [['start', '--port=9093', '--data-dir=./my data'], "npm start -- --port 9093 --data-dir './my data'"],
    [['run', 'start', '--ops-port', '0'], 'npm start -- --ops-port 0'],
    [['start', '--port', '0', '--', '--stubborn'], 'npm start -- --port 0 --stubborn'],
    [['start', '--repair', '--set=a=1', '--set=b=2'], 'npm start -- --set a=1 --set b=2 --repair'],
    [['start', '--set', 'log.retention.ms=5', '--port', '19092'], anyFlags],
    [['start', '--set', 'a=1', '--set', 'b=2'], anyFlags],
    [['start', '--port'], anyFlags],
    [['start', '-p', '19092'], anyFlags],
    [['start', '-x'], anyFlags],
    [['start', '--log.retention.ms', '5'], anyFlags],
    [[...create, '--partitions', '6'], anyCommand],
    [['run', 'millrace', 'topics', 'create', '--partitions', '6', 'orders'], anyCommand],
    [[...create, '--partitions=6'], 'npm run millrace -- topics create orders --partitions 6'],
    [[...create, '--validate-only', '--', '-p', '6'], 'npm run millrace -- topics create orders --validate-only -p 6'],
    [[...create, '-c', 'retention.ms=5'], anyCommand],
    [[...create, '-p', '6'], anyCommand],
    [[...create, '-r', '1'], anyCommand],
    [['run', 'millrace', 'log', 'verify', '-d', 'data'], anyCommand],
    [
      ['run', 'millrace', 'log', 'dump', '--data-dir=data', '--no-records'],
      'npm run millrace -- log dump --data-dir data --no-records',
    ],
  ];
  for (const [args, remedy] of cases) {
    it(`explains npm ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await npm(args).ended;

      assert.equal(code, 2);
      // `-d` makes npm talk there itself.
      if (!args.includes('-d')) assert.equal(stdout, '');
      assert.match(stderr, /npm kept /);
      assert.ok(stderr.includes(`try: ${remedy}\n`), stderr);
    });
  }

  it('does not mistake settings of a user npmrc for flags', async () => {
    const userconfig = join(workspace.root, 'user', 'npmrc');
    mkdirSync(join(workspace.root, 'user'), { recursive: true });
    writeFileSync(userconfig, 'nodedir=/usr\nsome-mirror=http://127.0.0.1:9/\ninit.author.name=me\n');
    const { code } = await npm(['start', '--', '--exit', '0'], { env: { npm_config_userconfig: userconfig } }).ended;

    assert.equal(code, 0);
  });
});

describe('the list of flags', () => {
  const flagsIn = (path) =>
    [...readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8').matchAll(/^ +--([a-z-]+)\b/gm)]
      .map(([, flag]) => flag)
      .filter((flag) => !['help', 'version'].includes(flag));

  for (const [command, path] of [
    ['start', 'packages/server/src/command-line.ts'],
    ['conformance', 'tools/conformance/src/options.ts'],
    ['chaos', 'tools/conformance/src/chaos/options.ts'],
    ['chaos', 'tools/conformance/src/groups/group-options.ts'],
    ['soak', 'tools/soak/src/options.ts'],
    ['soak', 'tools/soak/src/connect/connect-command.ts'],
    ['soak', 'tools/soak/src/sdk-faults/sdk-command.ts'],
  ]) {
    it(`knows every flag of ${command}`, () => {
      const flags = flagsIn(path);

      assert.notEqual(flags.length, 0);
      assert.deepEqual(
        flags.filter((flag) => !COMMANDS[command].flags.includes(flag)),
        [],
      );
    });
  }
});

describe('the list of flags of the command line', () => {
  const commands = new URL('../../../apps/cli/src/commands/', import.meta.url);
  const declared = readdirSync(commands, { recursive: true })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(new URL(path, commands), 'utf8').matchAll(/ption\(\s*'(?:-([a-z]), )?--(?:no-)?([a-z-]+)( <)?/g),
    ]);
  const { flags, switches, letters } = COMMANDS.millrace;

  it('knows each, and whether it takes a value', () => {
    assert.notEqual(declared.length, 0);
    for (const [, letter, flag, value] of declared) {
      assert.ok(flags.includes(flag), flag);
      assert.equal(switches.includes(flag), value === undefined, flag);
      if (letter !== undefined) assert.ok(letters.includes(letter), letter);
    }
  });
});

describe('the command line', () => {
  it('reads what it is given, to the end, and ends when its input does not', async () => {
    const folder = join(workspace.root, 'apps/cli/src');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'main.ts'),
      "if (process.argv[2] === 'deaf') process.exit(0);\nprocess.stdin.pipe(process.stdout);\n",
    );
    const text = 'a line\n'.repeat(50_000);
    const file = join(workspace.root, 'input.txt');
    writeFileSync(file, text);

    const input = openSync(file, 'r');
    const { code, stdout } = await npm(['run', '--silent', 'millrace'], { stdin: input }).ended;
    closeSync(input);
    assert.equal(code, 0);
    assert.equal(stdout, text);

    const endless = openSync('/dev/zero', 'r');
    assert.equal((await npm(['run', '--silent', 'millrace', 'deaf'], { stdin: endless }).ended).code, 0);
    closeSync(endless);
  });
});

describe('an unknown command', () => {
  it('lists the commands and answers 2', async () => {
    const { code, stdout, stderr } = await run(process.execPath, ['tools/setup/run.mjs', 'strat'], {
      cwd: workspace.root,
      env,
    }).ended;

    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /there is no command "strat"[\s\S]*start +run the broker/);
  });
});
