/**
 * Sends runs of records in order, with one promise for a run.
 *
 * Invariants: a run is begun only when every record of the one before is in the producer's hands, so that records of a topic never overtake
 *   each other. With `onRefused` each record that Kafka refuses is told of, and the others go on; without it the first refusal is thrown.
 */
import { topic as declareTopic, type AnyTopic, type Producer, type Topic, type Transaction } from '@millrace/sdk';
import type { BytesRecord } from './record-conversion.ts';
import type { TopicRun } from './source-unit.ts';

type RawTopic = Topic<string, Uint8Array | string | null, unknown, Uint8Array | string | null, unknown>;
type Sending = Pick<Producer | Transaction, 'send' | 'sendAll'>;

export interface SentRun {
  /** Resolves when every record is acknowledged, or was told of. */
  readonly acknowledged: Promise<void>;
}

export class RecordSender {
  readonly #topics = new Map<string, RawTopic>();
  readonly #onRefused: ((topic: string, record: BytesRecord, error: unknown) => Promise<void>) | undefined;

  constructor(onRefused?: (topic: string, record: BytesRecord, error: unknown) => Promise<void>) {
    this.#onRefused = onRefused;
  }

  /** Resolves when all records are in the producer's hands. */
  async send(sending: Sending, { topic, records }: TopicRun): Promise<SentRun> {
    const declared = this.#declared(topic);
    if (this.#onRefused !== undefined) return this.#sendEach(sending, declared, records, this.#onRefused);
    const taken = Promise.withResolvers<void>();
    let isTaken = false;
    const acknowledged = sending
      .sendAll<AnyTopic>(
        declared as AnyTopic,
        handedOut(records, () => {
          isTaken = true;
          taken.resolve();
        }) as never,
      )
      .then(() => undefined);
    // Whoever waits for the acknowledgement learns of failures, which may come before he waits.
    acknowledged.catch(() => undefined);
    if (!isTaken) await Promise.race([taken.promise, acknowledged]);
    return { acknowledged };
  }

  #sendEach(
    sending: Sending,
    declared: RawTopic,
    records: readonly BytesRecord[],
    onRefused: (topic: string, record: BytesRecord, error: unknown) => Promise<void>,
  ): SentRun {
    const acks = records.map((record) =>
      sending.send(declared, record).then(
        () => undefined,
        (error: unknown) => onRefused(declared.name, record, error),
      ),
    );
    const acknowledged = Promise.all(acks).then(() => undefined);
    acknowledged.catch(() => undefined);
    return { acknowledged };
  }

  #declared(name: string): RawTopic {
    let declared = this.#topics.get(name);
    if (declared === undefined) {
      declared = declareTopic(name);
      this.#topics.set(name, declared);
    }
    return declared;
  }
}

function* handedOut(records: readonly BytesRecord[], onTaken: () => void): Generator<BytesRecord, void> {
  yield* records;
  onTaken();
}
