/**
 * Writes records to Redis in pipelines.
 *
 * Invariants: commands go out in the order of the records, over one connection; what `write` was given is done when it resolves, so a
 *   commit never runs ahead. When a connection breaks nobody knows how far it came: the whole batch comes again.
 */
import type { InRecord, SinkContext, SinkTask } from '@millrace/connect-api';
import { addressOf } from '../connection-config.ts';
import { isAnswer, redisError, RedisError } from '../redis-error.ts';
import { unwritable } from '../record-text.ts';
import { RedisLink, type RedisCommand, type RedisOutcome } from '../redis-link.ts';
import { placeOf, recordCommands, type RecordCommands } from './record-commands.ts';
import type { SinkConfig } from './sink-config.ts';

/** What Redis says to an entry whose id was there already, or is below one that was. */
const OLD_ID = /equal or smaller than the target stream top item/;

interface Sent {
  readonly record: InRecord;
  /** Its commands end there. */
  readonly end: number;
}

export class RedisSinkTask implements SinkTask {
  readonly #config: SinkConfig;
  readonly #context: SinkContext;
  readonly #link: RedisLink;
  readonly #commandsOf: RecordCommands;

  constructor(config: SinkConfig, context: SinkContext) {
    this.#config = config;
    this.#context = context;
    this.#link = new RedisLink({ address: addressOf(config), name: `${context.connector}-${context.task}` });
    this.#commandsOf = recordCommands(config);
  }

  async write(records: readonly InRecord[], signal: AbortSignal): Promise<void> {
    const commands: RedisCommand[] = [];
    const sent: Sent[] = [];
    const send = async (): Promise<void> => {
      signal.throwIfAborted();
      await this.#send(commands.splice(0), sent.splice(0));
    };
    for (const record of records) {
      const own = await this.#commandsOrReport(record);
      if (own === undefined || own.length === 0) continue;
      commands.push(...own);
      sent.push({ record, end: commands.length });
      if (commands.length >= this.#config.batchSize) await send();
    }
    if (commands.length > 0) await send();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
  }

  async #commandsOrReport(record: InRecord): Promise<readonly RedisCommand[] | undefined> {
    try {
      return this.#commandsOf(record);
    } catch (error) {
      // What cannot be said, such as a Date out of range, is the record's fault as well.
      if (!(error instanceof RedisError || error instanceof RangeError)) throw error;
      await this.#context.report(record, error instanceof RedisError ? error : unwritable(error.message));
      return undefined;
    }
  }

  async #send(commands: readonly RedisCommand[], sent: readonly Sent[]): Promise<void> {
    // What is refused while a later entry is taken could never be written: its id would be too old.
    const isOrdered = this.#config.redisType === 'STREAM' && this.#config.redisStreamId === 'offset';
    const outcomes = isOrdered ? await this.#link.callTogether(commands) : await this.#link.callAll(commands);
    const doubtful: InRecord[] = [];
    let start = 0;
    for (const { record, end } of sent) {
      const own = outcomes.slice(start, end);
      start = end;
      const failed = own.find((outcome): outcome is Extract<RedisOutcome, { readonly ok: false }> => !outcome.ok);
      if (failed === undefined) continue;
      if (this.#config.redisStreamId === 'offset' && OLD_ID.test(failed.error.message)) {
        doubtful.push(record);
        continue;
      }
      const error = redisError(`write ${placeOf(record)} to ${this.#link.place}`, failed.error);
      // The server cannot now, or not at all: that is no fault of the record.
      if (error.retriable || error.code === 'MILLRACE_CONNECT_REDIS_DENIED' || !isAnswer(failed.error)) throw error;
      await this.#context.report(record, error);
    }
    if (doubtful.length > 0) await this.#reportMissing(doubtful);
  }

  /** An id that is not above the last one belongs to an entry that was written before, unless offsets began anew. */
  async #reportMissing(records: readonly InRecord[]): Promise<void> {
    // What is not there may have been trimmed.
    if (this.#config.redisStreamLengthMax > 0) return;
    const outcomes = await this.#link.callAll(
      records.map((record) => {
        const [, stream = ''] = this.#commandsOf(record)[0] ?? [];
        const id = `${record.origin.offset}-1`;
        return ['XRANGE', stream, id, id] as const;
      }),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const record = records[index];
      if (record === undefined || (outcome.ok && Array.isArray(outcome.value) && outcome.value.length > 0)) continue;
      const why = outcome.ok
        ? 'the stream has later entries, and none with its offset: was its topic made anew? Remove the stream, or use another key'
        : outcome.error.message;
      await this.#context.report(
        record,
        unwritable(`cannot write ${placeOf(record)} with redis.stream.id=offset: ${why}`),
      );
    }
  }
}
