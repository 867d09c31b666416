import { parseArgs } from 'node:util';

export class UsageError extends Error {}

export const CLIENT_NAMES = ['kafkajs', 'java'] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

export interface SoakOptions {
  /** Of the first round; the ones behind it count up. */
  readonly seed: number;
  /** Rounds; undefined: as many as fit into `minutes`. */
  readonly seeds: number | undefined;
  readonly minutes: number | undefined;
  /** Of load, in each round. */
  readonly seconds: number;
  /** Rounds at a time, over one broker. */
  readonly parallel: number;
  readonly workers: number;
  /** Whose client the workers are, in turn from seed to seed. */
  readonly clients: readonly ClientName[];
  readonly recordsPerS: number;
  /** A broker that somebody else started, and never kills; undefined: ours. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** The port that clients of `target` are sent to by its advertised listener. */
  readonly proxyPort: number | undefined;
  readonly write: boolean;
  readonly resultsDir: string | undefined;
}

export const USAGE = `usage: npm run soak -- [options]
       npm run soak -- sdk [options]   the SDK under faults; see tools/soak/README.md
       npm run soak -- connect [options]   workers of Connect under kill -9; see tools/soak/README.md
       npm run soak -- slow-consumer [--minutes N]   memory of a consumer that takes 1 ms a record (30)
  --minutes N            how long, in rounds of one seed each (10, unless --seeds)
  --seeds N              how many rounds instead
  --seed N               of the first round (from the clock)
  --seconds N            of load in a round (20)
  --parallel N           rounds at a time (1)
  --workers N            processes that read, process and write (3)
  --client NAME,NAME     ${CLIENT_NAMES.join(', ')}: whose client the workers are, in turn from seed to seed (all)
  --rate N               records per second into the input topic (240)
  --target HOST:PORT     a running broker instead of ours; it is not killed
  --proxy-port N         where that broker's advertised listener sends clients
  --write                put the result into docs/reliability.md
  --results-dir DIR      where results, logs and histories of failed rounds go (.millrace/soak)`;

const MINUTES = 10;

/** Parses the command line; `help` when only the usage was asked for. */
export function parseSoakOptions(argv: readonly string[], nowMs: number): SoakOptions | 'help' {
  const { values } = parse(argv);
  if (values.help) return 'help';
  if (values.seeds !== undefined && values.minutes !== undefined) {
    throw new UsageError('--seeds and --minutes exclude each other');
  }
  const seeds = values.seeds === undefined ? undefined : positive(values.seeds, '--seeds');
  const minutes = values.minutes === undefined ? MINUTES : positive(values.minutes, '--minutes');
  return {
    seed: values.seed === undefined ? nowMs % 1_000_000 : whole(values.seed, '--seed'),
    seeds,
    minutes: seeds === undefined ? minutes : undefined,
    seconds: positive(values.seconds, '--seconds'),
    parallel: positive(values.parallel, '--parallel'),
    workers: positive(values.workers, '--workers'),
    clients: values.client === undefined ? CLIENT_NAMES : clients(values.client),
    recordsPerS: positive(values.rate, '--rate'),
    target: values.target === undefined ? undefined : address(values.target),
    proxyPort: values['proxy-port'] === undefined ? undefined : positive(values['proxy-port'], '--proxy-port'),
    write: values.write,
    resultsDir: values['results-dir'],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        seconds: { type: 'string', default: '20' },
        parallel: { type: 'string', default: '1' },
        workers: { type: 'string', default: '3' },
        client: { type: 'string' },
        rate: { type: 'string', default: '240' },
        target: { type: 'string' },
        'proxy-port': { type: 'string' },
        write: { type: 'boolean', default: false },
        'results-dir': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, flag: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} takes a whole number, not "${text}"`);
  return Number(text);
}

function positive(text: string, flag: string): number {
  const value = whole(text, flag);
  if (value === 0) throw new UsageError(`${flag} must be at least 1`);
  return value;
}

function clients(text: string): ClientName[] {
  return text.split(',').map((name) => {
    const found = CLIENT_NAMES.find((one) => one === name.trim());
    if (found === undefined) throw new UsageError(`--client knows no "${name}", only ${CLIENT_NAMES.join(', ')}`);
    return found;
  });
}

function address(text: string): { host: string; port: number } {
  const match = /^(.+):(\d+)$/.exec(text);
  if (match?.[1] === undefined) throw new UsageError(`--target takes HOST:PORT, not "${text}"`);
  return { host: match[1], port: Number(match[2]) };
}
