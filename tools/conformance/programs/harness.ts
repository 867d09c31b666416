/**
 * What the client programs in TypeScript share: the runner's protocol, deadlines and the data that cases write.
 *
 * The lines are described in ../src/protocol.ts; the programs in other languages have a twin of this file.
 */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { inspect, isDeepStrictEqual } from 'node:util';

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this program is started by the conformance runner`);
  return value;
}

export const BOOTSTRAP = process.env['CONFORMANCE_BOOTSTRAP'] ?? '';
export const INTEROP_TOPIC = process.env['CONFORMANCE_INTEROP'] ?? '';

export type Restart = 'clean' | 'kill';

/** A case while it runs. */
export class CaseContext {
  readonly #name: string;
  readonly #restart: (mode: Restart) => Promise<void>;
  readonly #cleanups: (() => unknown)[] = [];

  constructor(name: string, restart: (mode: Restart) => Promise<void>) {
    this.#name = name;
    this.#restart = restart;
  }

  /** A topic or group name that no other case uses. */
  name(suffix = 't'): string {
    return `${environment('CONFORMANCE_RUN')}-${this.#name}-${suffix}`;
  }

  /** Runs after the case, last one first, whether it passed or not. */
  after(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  restart(mode: Restart): Promise<void> {
    return this.#restart(mode);
  }

  async end(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        console.error('cleanup failed', error);
      }
    }
  }
}

/** Runs a case; a returned text is a remark for the report. */
export type CaseBody = (context: CaseContext) => Promise<string | undefined>;

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 1_500);
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const print = (value: unknown): string => {
    const text = inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 100 });
    return text.length > 400 ? `${text.slice(0, 400)}…` : text;
  };
  assert(isDeepStrictEqual(actual, expected), `${what}: got ${print(actual)}, expected ${print(expected)}`);
}

/** Waits until the condition holds; the deadline is part of the case, not a guess at how long something takes. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result !== false && result !== undefined) return result as Exclude<T, false | undefined>;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The error that the call must end in. */
export async function rejection(what: string, call: () => Promise<unknown>): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  throw new Error(`${what} was accepted`);
}

/**
 * A restart must not make the group rebalance. Apache Kafka is let off: while it starts, its metadata may miss the topic
 * for a moment, and a Java leader then joins again.
 */
export function noRebalance(rebalances: number): void {
  if (process.env['CONFORMANCE_TARGET'] === 'reference') return;
  equal(rebalances, 0, 'rebalances that the restart caused');
}

export function sha256(value: Buffer | string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** `count` different values, compressible, each about `size` bytes and beginning with its number. */
export function numbered(count: number, size = 24): string[] {
  return Array.from({ length: count }, (_, index) => `${String(index).padStart(6, '0')}:`.padEnd(size, 'abcdefgh'));
}

/** Bytes that do not compress, the same in each run. */
export function noise(size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < size; index += 1)
    blocks.push(createHash('sha256').update(`noise-${index}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}

/** Values of one client in the topic that all clients share: the SHA-256 of the value stands in a header. */
export function interopValues(client: string, codec: string): string[] {
  return numbered(10, 200).map((value) => `${client}|${codec}|${value}`);
}

/** Checks records of the shared topic; returns how many each client wrote. */
export function checkInterop(records: readonly { value: string; digest: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value, digest } of records) {
    equal(digest, sha256(value), `digest of ${value.slice(0, 40)}`);
    const client = value.split('|')[0] ?? '';
    counts.set(client, (counts.get(client) ?? 0) + 1);
  }
  return counts;
}

export function interopRemark(counts: ReadonlyMap<string, number>): string {
  return `read ${[...counts].map(([client, count]) => `${count} of ${client}`).join(', ')}`;
}

/** Runs the cases that the runner asked for, in the order of the table, and ends the process. */
export async function runProgram(version: string, cases: Readonly<Record<string, CaseBody>>): Promise<never> {
  const wanted = new Set(environment('CONFORMANCE_CASES').split(','));
  const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const say = (...fields: (string | number)[]): boolean => process.stdout.write(`@@ ${fields.join('\t')}\n`);
  const restart = async (mode: Restart): Promise<void> => {
    say('restart', mode);
    const answer = await answers.next();
    if (answer.done === true || answer.value !== 'ok') throw new Error(`restart of the broker: ${answer.value}`);
  };
  say('plan', version, Object.keys(cases).join(','));
  for (const [name, body] of Object.entries(cases)) {
    if (!wanted.has(name)) continue;
    say('start', name);
    const since = Date.now();
    const context = new CaseContext(name, restart);
    let outcome: [kind: string, detail: string];
    try {
      outcome = ['pass', (await body(context)) ?? ''];
    } catch (error) {
      console.error(error);
      outcome = ['fail', oneLine(error instanceof Error ? error.message : String(error))];
    }
    await context.end();
    say(outcome[0], name, Date.now() - since, outcome[1]);
  }
  process.exit(0);
}
