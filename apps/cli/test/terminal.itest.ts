/** What a person at a terminal sees, and what a script goes by: bars, exit codes, completion. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { createTempDir, findFreePorts, type ProcessOutcome, type TempDir } from '@millrace/testing';
import { CLI_MAIN } from './cli-app.ts';
import { CliBroker, outcomeOf } from './cli-broker.ts';

const GUIDE = resolve('../../docs/guides/cli.md');
const ERASE_LINE = '\r\u001B[K';

describe('millrace at a terminal', () => {
  let cli: CliBroker;
  let dir: TempDir;

  beforeAll(async () => {
    cli = await CliBroker.start({ topics: { bench: 1 } });
    dir = await createTempDir('cli-terminal');
  });

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await dir.remove();
  });

  /** Under a terminal that `script` makes; both streams come out of it as one. */
  function inTerminal(...argv: readonly string[]): Promise<ProcessOutcome> {
    const words = [process.execPath, '--conditions=@millrace/source', CLI_MAIN, ...argv];
    const line = words.map((word) => `'${word}'`).join(' ');
    const env = { ...process.env, MILLRACE_BROKERS: cli.broker.bootstrapServers };
    const child = spawn('script', ['-qefc', line, '/dev/null'], { stdio: 'pipe', env });
    return outcomeOf(child);
  }

  const slowly = ['perf', 'produce', 'bench', '--count', '30', '--throughput', '20'];

  itWith('script')('draws a bar that moves, and takes it away in the end', async () => {
    const { code, stdout } = await inTerminal(...slowly);

    expect(code).toBe(0);
    const shares = [...stdout.matchAll(/\[[#.]{24}\] (\d+) % /g)].map(([, share]) => Number(share));
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    // What stands in the end is the result.
    expect(stdout.slice(stdout.lastIndexOf(ERASE_LINE))).not.toContain('[#');
    expect(stdout).toMatch(/wrote 30 records/);
  });

  it('draws nothing where nobody watches', async () => {
    const { code, stdout, stderr } = await cli.run(slowly);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('[');
  });

  describe('ends with the exit codes of the guide', () => {
    it('0, 1, 2 and 130 are all there are', async () => {
      const rows = (await readFile(GUIDE, 'utf8')).matchAll(/^\| (\d+) +\| /gm);

      expect([...rows].map(([, code]) => Number(code))).toEqual([0, 1, 2, 130]);
    });

    it('0 when it is done, or its reader went away', async () => {
      expect((await cli.run(['topics', 'list'])).code).toBe(0);
      // Much more than a pipe holds, so that there is something left to write when the reader is gone.
      await cli.run(['produce', 'bench'], 'a line of records\n'.repeat(50_000));
      const piped = await cli.shell(
        'set +o pipefail; millrace consume bench --from beginning | head -1; echo "${PIPESTATUS[0]}"',
      );
      expect(piped.stdout.trim().split('\n').at(-1)).toBe('0');
    });

    it('1 when something failed', async () => {
      expect((await cli.run(['topics', 'delete', 'nothing'])).code).toBe(1);
      const port = await findFreePorts(1);
      const unreachable = ['topics', 'list', '-b', `127.0.0.1:${String(port)}`, '--timeout', '1s'];
      expect((await cli.run(unreachable)).code).toBe(1);
    });

    it.each([
      ['an option that there is not', ['topics', 'list', '--all-of-them']],
      ['a value that is none', ['topics', 'create', 'x', '--partitions', 'many']],
      ['a command that there is not', ['topic']],
      ['a file of profiles that is none', ['topics', 'list', '--profile', 'mine']],
    ])('2 for %s', async (_what, argv) => {
      await writeFile(join(dir.path, 'profiles.yaml'), 'profiles: [this, is, a, list]\n');
      const environment = { MILLRACE_PROFILES_FILE: join(dir.path, 'profiles.yaml') };
      const { code, stderr } = await outcomeOf(cli.spawn(argv, environment));

      expect(code).toBe(2);
      expect(stderr).toMatch(/^millrace: /);
    });

    it('130 when it is interrupted before it was done', async () => {
      // It accepts and never speaks.
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      const asked = once(silent, 'connection') as Promise<[Socket]>;
      const child = cli.spawn(['topics', 'list', '-b', `127.0.0.1:${String(port)}`, '--timeout', '60s']);
      const ended = outcomeOf(child);
      const [socket] = await asked;
      child.kill('SIGINT');

      expect(await ended).toMatchObject({ code: 130, stderr: 'millrace: interrupted\n' });
      socket.destroy();
      silent.close();
    });
  });

  describe('gives shells a script that they can read', () => {
    const shells: [string, readonly string[]][] = [
      ['bash', ['-n']],
      ['zsh', ['-n']],
      ['fish', ['--no-execute']],
    ];
    for (const [shell, check] of shells) {
      itWith(shell)(shell, async () => {
        const file = join(dir.path, `completion.${shell}`);
        await writeFile(file, (await cli.run(['completion', shell])).stdout);

        expect(await outcomeOf(spawn(shell, [...check, file]))).toMatchObject({ code: 0, stdout: '', stderr: '' });
      });
    }
  });
});

/** A test that says in its name why it is skipped where a program is missing. */
function itWith(program: string): (name: string, test: () => Promise<void>) => void {
  const isThere = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
  return (name, test) => {
    if (isThere) it(name, test);
    else it.skip(`${name} (needs ${program} on PATH)`, test);
  };
}
