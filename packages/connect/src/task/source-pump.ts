/**
 * Reads a source as fast as there is room, transforms and converts, and keeps the outcome ready for the writer.
 *
 * Owns: the iterator of the plugin, and how much memory is taken by what was read and is not acknowledged.
 * Invariants: batches leave in the order in which they came; the source is asked for the next one only while there is room and the task is not
 *   paused. An error of the source comes out after everything that it gave before.
 * Bounds: `maxBufferBytes`; one batch beyond it.
 * Not here: sending (source-writer.ts).
 */
import { createDeferred, type Deferred } from '@millrace/base';
import { plainValue, type AnyRecord, type OutRecord, type SourceBatch, type SourceTask } from '@millrace/connect-api';
import type { ErrorPolicy, FailedRecord } from './error-policy.ts';
import { isPromise, type BytesRecord, type RecordConversion } from './record-conversion.ts';
import { addRecord, emptyUnit, mergeUnit, type SourceUnit } from './source-unit.ts';
import { abortedOr, type TaskEnvironment } from './task-environment.ts';

export interface SourcePumpOptions {
  readonly environment: TaskEnvironment;
  readonly conversion: RecordConversion;
  readonly policy: ErrorPolicy;
  readonly task: SourceTask;
  readonly signal: AbortSignal;
  /** Whether batches say where transactions end, and that is honoured: then units are not merged across. */
  readonly hasOwnTransactions: boolean;
}

/** Records that one unit has at most when batches are merged. */
const MERGE_RECORDS_MAX = 2_000;

export class SourcePump {
  readonly #options: SourcePumpOptions;
  readonly #queue: SourceUnit[] = [];
  readonly #room: { bytes: number; wanted: Deferred<void> | undefined } = { bytes: 0, wanted: undefined };
  #arrived: Deferred<void> | undefined;
  #end: { readonly failure: { readonly error: unknown } | undefined } | undefined;
  #running: Promise<void> | undefined;
  /** Dead letters on their way, which go with the next unit. */
  #letters: { readonly topic: string; readonly record: BytesRecord }[] = [];

  constructor(options: SourcePumpOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#pump().then(
      () => this.#finish(undefined),
      (error: unknown) => this.#finish({ error }),
    );
  }

  /** Resolves when the source has ended. */
  async ended(): Promise<void> {
    await this.#running;
  }

  /**
   * What comes next; undefined when the source has ended. Throws what the source threw, after all that came before.
   * A source that yields little at a time has a turn of the event loop to yield more, which then is sent as one.
   */
  async take(signal?: AbortSignal): Promise<SourceUnit | undefined> {
    for (;;) {
      if (this.#queue.length > 0) {
        if (this.#isWorthATurn) await turnOfEventLoop();
        const unit = this.takeNow();
        if (unit !== undefined) return unit;
      }
      if (this.#end?.failure !== undefined) throw this.#end.failure.error;
      if (this.#end !== undefined || signal?.aborted === true) return undefined;
      this.#arrived ??= createDeferred<void>();
      if (signal === undefined) await this.#arrived.promise;
      else await abortedOr(signal, this.#arrived.promise);
    }
  }

  get #isWorthATurn(): boolean {
    const [first] = this.#queue;
    return this.#queue.length === 1 && first !== undefined && first.recordCount < MERGE_RECORDS_MAX;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined && this.#queue.length === 0;
  }

  /** What is here within this turn of the event loop. */
  async takeReady(): Promise<SourceUnit | undefined> {
    if (this.#queue.length === 0 || this.#isWorthATurn) await turnOfEventLoop();
    return this.takeNow();
  }

  /** What is here already, several batches in one. */
  takeNow(): SourceUnit | undefined {
    const first = this.#queue.shift();
    if (first === undefined) return undefined;
    if (this.#options.hasOwnTransactions) return first;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (first.recordCount + next.recordCount > MERGE_RECORDS_MAX) break;
      this.#queue.shift();
      mergeUnit(first, next);
    }
    return first;
  }

  /** Records of a unit are acknowledged, or given up: their memory is free. */
  release(unit: SourceUnit): void {
    this.#room.bytes -= unit.sizeBytes;
    this.#options.environment.metrics.activeChanged(-unit.recordCount);
    this.#room.wanted?.resolve();
    this.#room.wanted = undefined;
  }

  /** A dead letter, written with what comes next. */
  addLetter(topic: string, record: BytesRecord): void {
    this.#letters.push({ topic, record });
  }

  /** Dead letters do not wait for another batch of the source. */
  flushLetters(): void {
    if (this.#letters.length === 0 || this.#end !== undefined) return;
    const unit = emptyUnit();
    this.#takeLetters(unit);
    this.#push(unit);
  }

  #finish(failure: { readonly error: unknown } | undefined): void {
    // What no offset goes with comes again: exactly once, it must not be there already.
    if (this.#options.environment.spec.exactlyOnce === undefined) this.flushLetters();
    this.#end = { failure };
    this.#arrived?.resolve();
  }

  async #pump(): Promise<void> {
    const { environment, task, signal } = this.#options;
    const { clock, metrics, gate, checkpoint } = environment;
    const iterator = task.read(signal)[Symbol.asyncIterator]();
    let recordsInTurn = 0;
    try {
      while (!signal.aborted) {
        if (gate.isPaused) await gate.whenOpen(signal);
        if (this.#isFull) await this.#whenRoom(signal);
        if (signal.aborted) break;
        if (recordsInTurn >= MERGE_RECORDS_MAX) {
          // A source that never waits for anything must not keep others from the thread.
          recordsInTurn = 0;
          await turnOfEventLoop();
        }
        const askedMs = clock.monotonicMs();
        const next = await iterator.next();
        if (next.done === true) return;
        recordsInTurn += Math.max(1, next.value.records.length);
        metrics.readBatch(next.value.records.length, clock.monotonicMs() - askedMs);
        checkpoint('source:read');
        const unit = await this.#convert(next.value);
        this.#push(unit);
      }
    } finally {
      await iterator.return?.(undefined);
    }
  }

  get #isFull(): boolean {
    return this.#room.bytes >= this.#options.environment.spec.settings.maxBufferBytes;
  }

  async #whenRoom(signal: AbortSignal): Promise<void> {
    while (this.#isFull && !signal.aborted) {
      this.#room.wanted ??= createDeferred<void>();
      await abortedOr(signal, this.#room.wanted.promise);
    }
  }

  #push(unit: SourceUnit): void {
    this.#room.bytes += unit.sizeBytes;
    this.#options.environment.metrics.activeChanged(unit.recordCount);
    this.#queue.push(unit);
    this.#arrived?.resolve();
    this.#arrived = undefined;
  }

  #takeLetters(unit: SourceUnit): void {
    for (const { topic, record } of this.#letters) addRecord(unit, topic, record);
    this.#letters = [];
  }

  async #convert(batch: SourceBatch): Promise<SourceUnit> {
    const unit = emptyUnit(batch.transaction);
    for (const record of batch.records) {
      const converted = this.#convertOne(record, batch, unit);
      if (isPromise(converted)) await converted;
    }
    if (this.#letters.length > 0) this.#takeLetters(unit);
    unit.offsets.set(batch.partition, batch.offset);
    // What the source says counts, when that is more than the bytes on their way.
    if (batch.sizeBytes !== undefined) unit.sizeBytes = Math.max(unit.sizeBytes, batch.sizeBytes);
    return unit;
  }

  /** A promise only where something answers later or fails. */
  #convertOne(record: OutRecord, batch: SourceBatch, unit: SourceUnit): void | Promise<void> {
    const { conversion } = this.#options;
    try {
      const transformed = conversion.transform(record);
      if (isPromise(transformed)) return this.#convertLater(transformed, record, batch, unit);
      if (transformed === null) return undefined;
      const bytes = conversion.toBytes(transformed);
      if (isPromise(bytes)) return this.#addLater(transformed.topic, bytes, record, batch, unit);
      addRecord(unit, transformed.topic, bytes);
      return undefined;
    } catch (error) {
      return this.#recover(error, record, batch, unit);
    }
  }

  async #convertLater(
    transforming: Promise<AnyRecord | null>,
    record: OutRecord,
    batch: SourceBatch,
    unit: SourceUnit,
  ): Promise<void> {
    try {
      const transformed = await transforming;
      if (transformed === null) return;
      addRecord(unit, transformed.topic, await this.#options.conversion.toBytes(transformed));
    } catch (error) {
      await this.#recover(error, record, batch, unit);
    }
  }

  async #addLater(
    topic: string,
    bytes: Promise<BytesRecord>,
    record: OutRecord,
    batch: SourceBatch,
    unit: SourceUnit,
  ): Promise<void> {
    try {
      addRecord(unit, topic, await bytes);
    } catch (error) {
      await this.#recover(error, record, batch, unit);
    }
  }

  async #recover(error: unknown, record: OutRecord, batch: SourceBatch, unit: SourceUnit): Promise<void> {
    const { conversion, policy } = this.#options;
    const { stage, operator } = conversion;
    const again = async (): Promise<{ readonly topic: string; readonly bytes: BytesRecord } | undefined> => {
      const transformed = await conversion.transform(record);
      if (transformed === null) return undefined;
      return { topic: transformed.topic, bytes: await conversion.toBytes(transformed) };
    };
    const recovered = await policy.recover(stage, operator, error, again, () => failedSourceRecord(record, batch));
    if (!recovered.isSkipped && recovered.value !== undefined) {
      addRecord(unit, recovered.value.topic, recovered.value.bytes);
    }
  }
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A record that never became bytes: rendered so that a person can read it. */
function failedSourceRecord(record: OutRecord, { partition, offset }: SourceBatch): FailedRecord {
  return {
    key: record.key === undefined || record.key === null ? null : readable(record.key),
    value: record.value === undefined || record.value === null ? null : readable(record.value),
    headers: (record.headers ?? []).map(({ key, value }) => ({ key, value: value === null ? null : readable(value) })),
    timestampMs: record.timestampMs,
    topic: record.topic,
    partition: readableText(partition),
    offset: readableText(offset),
  };
}

function readable(value: unknown): Uint8Array | string {
  const plain = plainValue(value);
  if (typeof plain === 'string' || plain instanceof Uint8Array) return plain;
  return readableText(plain);
}

export function readableText(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value, (_name, each: unknown): unknown =>
      typeof each === 'bigint' ? String(each) : each instanceof Map ? Object.fromEntries(each) : each,
    );
    return typeof text === 'string' ? text : String(value);
  } catch {
    return String(value);
  }
}
