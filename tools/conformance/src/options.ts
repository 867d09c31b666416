import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';

export const CLIENT_NAMES = [
  'java',
  'librdkafka',
  'franz-go',
  'sarama',
  'kafkajs',
  'platformatic',
  'kafka-tools',
  'connect',
  'kcat',
  'sdk',
] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

/** One broker to run against: ours, Apache Kafka, or an address whose broker somebody else runs. */
export type TargetSpec = { kind: 'millrace' } | { kind: 'reference' } | { kind: 'external'; bootstrap: string };

export interface Options {
  targets: TargetSpec[];
  clients: ClientName[];
  cases: string[];
  writeDocs: boolean;
  /** Results of earlier runs stay, except of what is run now. */
  update: boolean;
  resultsDir: string | undefined;
}

export class UsageError extends Error {}

export const USAGE = `usage: npm run conformance -- [options]
  --target millrace|reference|both|HOST:PORT   the broker to run against (millrace)
  --client NAME,NAME                           ${CLIENT_NAMES.join(', ')} (all)
  --case NAME,NAME                             only these cases (all)
  --results-dir DIR                            where results and logs go (.millrace/conformance)
  --update                                     keep the results of earlier runs for what is not run now
  --write-docs                                 write docs/conformance.md from the results of both brokers
  --list                                       print the cases`;

function list<T extends string>(text: string | undefined, known: readonly T[], what: string): T[] {
  if (text === undefined) return [...known];
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim());
    if (found === undefined) throw new UsageError(`unknown ${what} "${name}", known are ${known.join(', ')}`);
    return found;
  });
}

function parseTargets(text: string): TargetSpec[] {
  if (text === 'millrace' || text === 'reference') return [{ kind: text }];
  if (text === 'both') return [{ kind: 'reference' }, { kind: 'millrace' }];
  if (/^[^:\s]+:\d+$/.test(text)) return [{ kind: 'external', bootstrap: text }];
  throw new UsageError(`unknown target "${text}", give millrace, reference, both or HOST:PORT`);
}

/** Parses the command line; undefined when only a list or the usage was asked for. */
export function parseOptions(argv: readonly string[]): Options | 'list' | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      target: { type: 'string', default: 'millrace' },
      client: { type: 'string' },
      case: { type: 'string' },
      'results-dir': { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.list) return 'list';
  return {
    targets: parseTargets(values.target),
    clients: list(values.client, CLIENT_NAMES, 'client'),
    cases: list(
      values.case,
      CASES.map((one) => one.name),
      'case',
    ),
    writeDocs: values['write-docs'],
    update: values.update,
    resultsDir: values['results-dir'],
  };
}
