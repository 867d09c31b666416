import { parseArgs } from 'node:util';
import { UsageError, type TargetSpec } from '../options.ts';

/** `wire`: hundreds of members of our own in few processes. */
export const GROUP_CLIENTS = ['wire', 'java', 'librdkafka', 'sarama', 'kafkajs', 'platformatic', 'sdk'] as const;
export type GroupClientName = (typeof GROUP_CLIENTS)[number];

export interface GroupOptions {
  readonly target: TargetSpec;
  readonly clients: readonly GroupClientName[];
  readonly processes: number;
  readonly partitions: number;
  readonly wireMembers: number;
  readonly write: boolean;
  readonly resultsDir: string | undefined;
}

export const GROUPS_USAGE = `usage: npm run chaos -- groups [options]
  --target millrace|reference|HOST:PORT   the broker (millrace); one of somebody else is not killed
  --client NAME,NAME                      ${GROUP_CLIENTS.join(', ')} (all)
  --members N                             processes of each other client, of which a third is killed (6)
  --partitions N                          of each other client's topic (12)
  --wire-members N                        members of \`wire\`, in three processes, rounded up (500)
  --write                                 put the result into docs/reliability.md
  --results-dir DIR                       where results and logs go (.millrace/groups)`;

export function parseGroupOptions(argv: readonly string[]): GroupOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      target: { type: 'string', default: 'millrace' },
      client: { type: 'string' },
      members: { type: 'string', default: '6' },
      partitions: { type: 'string', default: '12' },
      'wire-members': { type: 'string', default: '500' },
      write: { type: 'boolean', default: false },
      'results-dir': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    target: target(values.target),
    clients: clients(values.client),
    // One has to be left when a third is dead and others come and go.
    processes: atLeast(3, values.members, '--members'),
    partitions: atLeast(1, values.partitions, '--partitions'),
    wireMembers: atLeast(3, values['wire-members'], '--wire-members'),
    write: values.write,
    resultsDir: values['results-dir'],
  };
}

function target(text: string): TargetSpec {
  if (text === 'millrace' || text === 'reference') return { kind: text };
  if (/^[^:\s]+:\d+$/.test(text)) return { kind: 'external', bootstrap: text };
  throw new UsageError(`--target takes millrace, reference or HOST:PORT, not "${text}"`);
}

function clients(text: string | undefined): readonly GroupClientName[] {
  if (text === undefined) return GROUP_CLIENTS;
  return text.split(',').map((name) => {
    const found = GROUP_CLIENTS.find((one) => one === name.trim());
    if (found === undefined) throw new UsageError(`--client knows no "${name}", only ${GROUP_CLIENTS.join(', ')}`);
    return found;
  });
}

function atLeast(least: number, text: string, flag: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < least) {
    throw new UsageError(`${flag} takes a whole number from ${least} on, not "${text}"`);
  }
  return Number(text);
}
