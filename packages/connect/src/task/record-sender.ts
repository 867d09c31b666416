/**
 * Sends runs of records in order, with one promise for a run.
 *
 * Invariants: a run is begun only when every record of the one before is in the producer's hands, so that records of a topic never overtake
 *   each other. With `onRefused` each record that Kafka refuses is told of, and the others go on; without it the first refusal is thrown.
 */
import {
  KafkaError,
  topic as declareTopic,
  type AnyTopic,
  type Producer,
  type Topic,
  type Transaction,
} from '@millrace/sdk';
import type { BytesRecord } from './record-conversion.ts';
import type { TopicRun } from './source-unit.ts';

type RawTopic = Topic<string, Uint8Array | string | null, unknown, Uint8Array | string | null, unknown>;
type Sending = Pick<Producer | Transaction, 'send' | 'sendAll'>;

/** Resolves when the record counts as done; throws what the run fails with. */
export type OnRefused = (topic: string, record: BytesRecord, error: unknown) => Promise<void>;

export interface SentRun {
  /** Resolves when every record is acknowledged, or was told of. */
  readonly acknowledged: Promise<void>;
}

export class RecordSender {
  readonly #topics = new Map<string, RawTopic>();
  readonly #onRefused: OnRefused | undefined;

  constructor(onRefused?: OnRefused) {
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

  #sendEach(sending: Sending, declared: RawTopic, records: readonly BytesRecord[], onRefused: OnRefused): SentRun {
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

const RECORD_CODES: ReadonlySet<string> = new Set([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  // Refused before they are sent: headers that are none, a partition that is not there.
  'MILLRACE_CLIENT_ENCODE',
  'MILLRACE_CLIENT_INVALID_OPTION',
]);

/** Whether another record may be written where this one was refused: not so without a login, a right or a sound broker. */
export function isRecordAtFault(error: unknown): boolean {
  return KafkaError.is(error) && RECORD_CODES.has(error.kafkaCode ?? error.code);
}

function* handedOut(records: readonly BytesRecord[], onTaken: () => void): Generator<BytesRecord, void> {
  yield* records;
  onTaken();
}
