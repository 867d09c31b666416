/**
 * Sending what could not be processed to another topic, byte for byte, with where it came from and why in its headers.
 *
 * Invariants: key, value and headers of the record arrive as they were; the headers added begin with `dlq.` and stand behind them.
 */
import { DecodeError, KafkaError } from '../error.ts';
import type { MessageHeader } from '../topic/codec.ts';
import type { AnyTopic } from '../topic/topic.ts';

/** A record as bytes, on its way to a topic. */
export interface RawRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
  /** Milliseconds since the Unix epoch. */
  readonly timestamp?: number;
}

/** Whatever can send bytes, such as a producer. Resolves once the record is acknowledged. */
export interface RawSender {
  sendRaw(topic: string, record: RawRecord): Promise<unknown>;
}

export interface DeadLetter {
  /** Where to; the codecs of the topic are not used. */
  readonly topic: string | AnyTopic;
  readonly producer: RawSender;
}

/** A record that could not be processed, and what stood in the way. */
export interface FailedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** −1 when the record has none. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
  readonly error: unknown;
  /** How often it was tried; 0 when it could not be decoded. */
  readonly attempts: number;
  readonly groupId: string | undefined;
}

const ERROR_TEXT_CHARS_MAX = 1_000;

/** Resolves when the dead letter is acknowledged. Rejects with KafkaError that has the producer's failure as its cause. */
export async function sendDeadLetter(to: DeadLetter, record: FailedRecord): Promise<void> {
  const name = typeof to.topic === 'string' ? to.topic : to.topic.name;
  const { topic, partition, offset } = record;
  try {
    await to.producer.sendRaw(name, {
      key: record.key,
      value: record.value,
      headers: [...record.headers, ...originOf(record)],
      ...(record.timestamp >= 0 ? { timestamp: record.timestamp } : {}),
    });
  } catch (cause) {
    throw new KafkaError(
      'MILLRACE_CLIENT_DEAD_LETTER',
      `the dead letter of ${topic}[${String(partition)}] offset ${String(offset)} could not be sent to ${name}; the record is not committed`,
      { cause, details: { topic, partition, offset, deadLetterTopic: name } },
    );
  }
}

function originOf(record: FailedRecord): MessageHeader[] {
  const { error } = record;
  const cause = error instanceof DecodeError ? error.cause : undefined;
  const entries: [string, string | undefined][] = [
    ['dlq.topic', record.topic],
    ['dlq.partition', String(record.partition)],
    ['dlq.offset', String(record.offset)],
    ['dlq.timestamp', String(record.timestamp)],
    ['dlq.group', record.groupId],
    ['dlq.attempts', String(record.attempts)],
    ['dlq.error.name', error instanceof Error ? error.name : typeof error],
    ['dlq.error.message', textOf(error)],
    // The dead letter holds the record anyway, so what a codec says about its content may stand beside it.
    ['dlq.error.cause', cause === undefined ? undefined : textOf(cause)],
  ];
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: Buffer.from(value) }]));
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, ERROR_TEXT_CHARS_MAX);
}
