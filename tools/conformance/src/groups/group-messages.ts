/**
 * What a member of the groups run says on stdout: one line each, fields separated by tabs, every other line is log.
 *
 *   `@@ version  VERSION`
 *   `@@ assigned TIME PARTITION,PARTITION [MEMBER]`   it has them from now on
 *   `@@ revoked  TIME PARTITION,PARTITION [MEMBER]`   it has given them up
 *   `@@ lost     TIME PARTITION,PARTITION [MEMBER]`   it was told that it does not have them any more
 *   `@@ got      TIME PARTITION OFFSET`               a record
 *   `@@ end`                                          after `stop` on stdin: it has left the group
 * TIME is in milliseconds since the Unix epoch, by the clock of the machine that all share. MEMBER: where a process has several.
 * The program is told by environment: GROUPS_BOOTSTRAP, GROUPS_TOPIC, GROUPS_GROUP, GROUPS_SESSION_MS, GROUPS_HEARTBEAT_MS,
 * GROUPS_REBALANCE_MS; one with several members also by GROUPS_MEMBERS, how many, and GROUPS_PARTITIONS, how many there are to share out.
 */
export const CHANGES = ['assigned', 'revoked', 'lost'] as const;
export type Change = (typeof CHANGES)[number];

export type GroupMessage =
  | { readonly kind: 'version'; readonly version: string }
  | {
      readonly kind: Change;
      readonly atMs: number;
      readonly partitions: readonly number[];
      readonly member: string | undefined;
    }
  | { readonly kind: 'got'; readonly atMs: number; readonly partition: number; readonly offset: number }
  | { readonly kind: 'end' };

/** Reads a line of a program; undefined when it is not meant for the runner. */
export function parseGroupMessage(line: string): GroupMessage | undefined {
  if (!line.startsWith('@@ ')) return undefined;
  const [kind, first = '', second = '', third] = line.slice(3).split('\t');
  switch (kind) {
    case 'version':
      return { kind, version: first };
    case 'assigned':
    case 'revoked':
    case 'lost':
      return { kind, atMs: Number(first), partitions: second.split(',').map(Number), member: third };
    case 'got':
      return { kind, atMs: Number(first), partition: Number(second), offset: Number(third) };
    case 'end':
      return { kind };
    default:
      throw new Error(`a program said something unknown: ${line}`);
  }
}
