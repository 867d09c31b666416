import { parseArgs } from 'node:util';
import { UsageError } from '../options.ts';

export const PRODUCER_NAMES = ['kafkajs', 'java', 'librdkafka'] as const;
export type ProducerName = (typeof PRODUCER_NAMES)[number];

export const DURABILITIES = ['fsync', 'os'] as const;
export type Durability = (typeof DURABILITIES)[number];

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  readonly clients: readonly ProducerName[];
  /** One topic each. */
  readonly durabilities: readonly Durability[];
  /** Of each client, in all topics together. */
  readonly recordsPerS: number;
  readonly resultsDir: string | undefined;
}

export const USAGE = `usage: npm run chaos -- [options]
  --kills N              how often the broker is killed with kill -9 (200)
  --seed N               of the moments of the kills (from the clock)
  --client NAME,NAME     ${PRODUCER_NAMES.join(', ')} (all)
  --durability LIST      ${DURABILITIES.join(', ')}: a topic of each kind (both)
  --rate N               records per second of each client (400)
  --results-dir DIR      where results and logs go (.millrace/chaos)`;

/** Parses the command line; `help` when only the usage was asked for. */
export function parseChaosOptions(argv: readonly string[], nowMs: number): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(nowMs % 1_000_000) },
      client: { type: 'string' },
      durability: { type: 'string' },
      rate: { type: 'string', default: '400' },
      'results-dir': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    kills: positive(values.kills, '--kills'),
    seed: whole(values.seed, '--seed'),
    clients: listOf(values.client, PRODUCER_NAMES, '--client'),
    durabilities: listOf(values.durability, DURABILITIES, '--durability'),
    recordsPerS: positive(values.rate, '--rate'),
    resultsDir: values['results-dir'],
  };
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

function listOf<T extends string>(text: string | undefined, known: readonly T[], flag: string): T[] {
  if (text === undefined) return [...known];
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim());
    if (found === undefined) throw new UsageError(`${flag} knows no "${name}", only ${known.join(', ')}`);
    return found;
  });
}
