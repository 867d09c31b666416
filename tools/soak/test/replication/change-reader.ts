/** Reads change events along, committed ones only, until it has met its end in each partition. */
import { json, topic, type Kafka } from '@millrace/sdk';

export interface Change {
  readonly table: string;
  /** c, u, d, or r of a snapshot. */
  readonly op: string;
  readonly lsn: number;
  readonly id: number;
}

/** Events as the JSON converter writes them with schemas. */
interface WithSchema<Payload> {
  readonly payload: Payload;
}
interface Event {
  readonly op: string;
  readonly source: { readonly table: string; readonly lsn: number };
}

const END = 'the end';

/** All that is in these topics, once nobody writes to them any more. */
export async function readChanges(cluster: Kafka, topics: readonly string[], partitions: number): Promise<Change[]> {
  const producer = cluster.producer();
  for (const name of topics) {
    const ends = topic(name, { value: json<string>() });
    await producer.sendAll(
      ends,
      Array.from({ length: partitions }, (_, partition) => ({ value: END, partition })),
    );
  }
  const changes: Change[] = [];
  const done = new AbortController();
  const consumer = cluster.consumer({ topics, isolation: 'committed' });
  let left = topics.length * partitions;
  try {
    for await (const batch of consumer.batches({ signal: done.signal })) {
      for (let index = 0; index < batch.size; index++) {
        const value = parsed<WithSchema<Event> | typeof END>(batch.valueBytes(index));
        if (value === END) left--;
        // A tombstone behind a delete.
        else if (value !== undefined) {
          const id = parsed<WithSchema<{ readonly id: number }>>(batch.keyBytes(index))?.payload.id ?? Number.NaN;
          const { op, source } = value.payload;
          changes.push({ table: source.table, op, lsn: source.lsn, id });
        }
      }
      if (left === 0) done.abort();
    }
  } catch (error) {
    if (!done.signal.aborted) throw error;
  }
  return changes;
}

function parsed<Value>(bytes: Uint8Array | null): Value | undefined {
  return bytes === null ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Value);
}
