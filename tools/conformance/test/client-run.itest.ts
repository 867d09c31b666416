/** The runner's side of the line protocol, against small programs and a broker that only counts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientRun } from '../src/client-run.ts';
import type { CaseResult } from '../src/results.ts';
import type { RestartMode, Target } from '../src/target.ts';

class FakeTarget implements Target {
  readonly name = 'fake';
  readonly restartable: boolean;
  readonly restarts: RestartMode[] = [];
  starts = 0;
  #crash: string | undefined;

  constructor(restartable = true, crash?: string) {
    this.restartable = restartable;
    this.#crash = crash;
  }

  start(): Promise<void> {
    this.starts += 1;
    this.#crash = undefined;
    return Promise.resolve();
  }

  restart(mode: RestartMode): Promise<void> {
    this.restarts.push(mode);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  bootstrap(): string {
    return '127.0.0.1:1';
  }

  version(): string {
    return '0';
  }

  crashed(): string | undefined {
    return this.#crash;
  }
}

const PROLOGUE = `
const wanted = process.env.CONFORMANCE_CASES.split(',');
const say = (...fields) => console.log('@@ ' + fields.join('\\t'));
`;

interface RunOptions {
  cases: string[];
  target?: FakeTarget;
  caseTimeoutMs?: number;
}

describe('ClientRun', () => {
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'conformance-test-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function run(program: string, { cases, target = new FakeTarget(), ...rest }: RunOptions): Promise<string[]> {
    const file = join(directory, 'program.mjs');
    await writeFile(file, PROLOGUE + program);
    const results: CaseResult[] = [];
    const clientRun = new ClientRun({
      client: 'fake',
      launch: { command: process.execPath, args: [file] },
      target,
      runId: 'run',
      interopTopic: 'interop',
      cases,
      logFile: join(directory, 'log'),
      onResult: (result) => results.push(result),
      ...rest,
    });
    await clientRun.run();
    return results.map((one) => `${one.name} ${one.status} ${one.detail}`.trim());
  }

  it('reports each case that the program offers, once', async () => {
    const program = `
      say('plan', '1.0', 'a,b');
      say('pass', 'a', 5, 'fine');
      say('fail', 'b', 6, 'because');
    `;
    expect(await run(program, { cases: ['a', 'b', 'not-offered'] })).toEqual(['a passed fine', 'b failed because']);
  });

  it('goes on in a fresh process after a case that kills the program', async () => {
    const program = `
      say('plan', '1.0', 'a,b,c');
      for (const name of wanted.filter((one) => one !== '')) {
        say('start', name);
        if (name === 'b') process.exit(7);
        say('pass', name, 1, '');
      }
    `;
    const results = await run(program, { cases: ['a', 'b', 'c'] });
    expect(results).toEqual(['a passed', 'b failed the program ended with code 7', 'c passed']);
  });

  it('ends a case that hangs', async () => {
    const program = `
      say('plan', '1.0', 'a,b');
      say('start', wanted[0]);
      if (wanted[0] === 'a') setInterval(() => undefined, 1_000);
      else say('pass', wanted[0], 1, '');
    `;
    const results = await run(program, { cases: ['a', 'b'], caseTimeoutMs: 500 });
    expect(results).toEqual(['a failed no end within 500 ms', 'b passed']);
  });

  it('fails what the program planned and never ran', async () => {
    const results = await run(`say('plan', '1.0', 'a,b');`, { cases: ['a', 'b'] });
    expect(results).toEqual([
      'a failed not run: the program ended with code 0',
      'b failed not run: the program ended with code 0',
    ]);
  });

  it('restarts the broker when the program asks, and answers', async () => {
    const target = new FakeTarget();
    const program = `
      say('plan', '1.0', 'restart-kill');
      say('start', 'restart-kill');
      say('restart', 'kill');
      process.stdin.once('data', (line) => { say('pass', 'restart-kill', 1, String(line).trim()); process.exit(0); });
    `;
    expect(await run(program, { cases: ['restart-kill'], target })).toEqual(['restart-kill passed ok']);
    expect(target.restarts).toEqual(['kill']);
  });

  it('skips restarts of a broker that is not its own, with the reason', async () => {
    const program = `
      say('plan', '1.0', 'a,restart-kill');
      for (const name of wanted) say('pass', name, 1, '');
    `;
    const results = await run(program, { cases: ['a', 'restart-kill'], target: new FakeTarget(false) });
    expect(results).toEqual(['a passed', 'restart-kill skipped fake is not ours to restart']);
  });

  it('does not pass a case during which the broker died, and starts the broker again', async () => {
    const target = new FakeTarget(true, 'the broker ended by itself');
    const program = `
      say('plan', '1.0', 'a,b');
      say('pass', 'a', 1, '');
      say('pass', 'b', 1, '');
    `;
    const results = await run(program, { cases: ['a', 'b'], target });
    expect(results).toEqual(['a failed the broker ended by itself', 'b passed']);
    expect(target.starts).toBe(1);
  });
});
