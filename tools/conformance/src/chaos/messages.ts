/**
 * What a client's program of a chaos run says on stdout: one line each, fields separated by tabs, every other line is log.
 *
 *   `@@ version VERSION`
 *   `@@ ack     TOPIC PARTITION OFFSET KEY SEQUENCE`             a producer was told that the record is stored
 *   `@@ fail    TOPIC PARTITION KEY SEQUENCE REASON`             a client gave something up, which none should
 *   `@@ record  TOPIC PARTITION OFFSET KEY SEQUENCE TIMESTAMP`   a reader got the record
 *   `@@ end`                                                     after `stop` on stdin: everything has been said
 * The program is told by environment: CHAOS_BOOTSTRAP, CHAOS_TOPICS (comma list), CHAOS_PARTITIONS (of each topic),
 * CHAOS_KEYS (per client and topic; key i goes to partition i modulo CHAOS_PARTITIONS), CHAOS_RECORDS_PER_S.
 */
import type { Acknowledged, Stored } from './history.ts';

export type ChaosMessage =
  | { kind: 'version'; version: string }
  | ({ kind: 'ack' } & Omit<Acknowledged, 'round'>)
  | { kind: 'fail'; what: string }
  | ({ kind: 'record' } & Stored)
  | { kind: 'end' };

/** Reads a line of a program; undefined when it is not meant for the runner. */
export function parseChaosMessage(line: string): ChaosMessage | undefined {
  if (!line.startsWith('@@ ')) return undefined;
  const [kind, ...fields] = line.slice(3).split('\t');
  const [topic = '', partition, offset, key = '', sequence, timestamp] = fields;
  const place = { topic, partition: Number(partition), offset: Number(offset), key, sequence: Number(sequence) };
  switch (kind) {
    case 'version':
      return { kind, version: topic };
    case 'ack':
      return { kind, ...place };
    case 'record':
      return { kind, ...place, timestampMs: Number(timestamp) };
    case 'fail':
      return {
        kind,
        what: `topic ${fields[0]} partition ${fields[1]} key ${fields[2]} sequence ${fields[3]}: ${fields[4]}`,
      };
    case 'end':
      return { kind };
    default:
      throw new Error(`a program said something unknown: ${line}`);
  }
}
