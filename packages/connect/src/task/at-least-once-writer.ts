/**
 * Writes a source's records, then stores its offsets.
 *
 * Owns: units that are sent and not acknowledged, in order; the timer that stores offsets.
 * Invariants: an offset is stored only when every record before it is acknowledged; the plugin is told only of stored ones.
 *   One write of offsets is under way at a time.
 * Bounds: what the pump lets through.
 */
import { messageOf } from '@millrace/base';
import type { Producer } from '@millrace/sdk';
import { RecordSender } from './record-sender.ts';
import type { SourcePump } from './source-pump.ts';
import { OffsetMap, type SourceUnit } from './source-unit.ts';
import { PreparedTopics, type SourceWriter, type SourceWriterOptions } from './source-writer.ts';
import { sleep } from './task-environment.ts';
import { TaskError } from './task-error.ts';

interface SentUnit {
  readonly unit: SourceUnit;
  isAcknowledged: boolean;
}

/** How often dead letters that nothing followed are sent. */
const LETTERS_INTERVAL_MS = 1_000;

export class AtLeastOnceWriter implements SourceWriter {
  readonly #options: SourceWriterOptions;
  readonly #producer: Producer;
  readonly #sender: RecordSender;
  readonly #topics: PreparedTopics;
  readonly #sent: SentUnit[] = [];
  /** Acknowledged, and not stored yet. */
  #storable = new OffsetMap();
  readonly #failed = new AbortController();
  #storing: Promise<void> | undefined;
  #allAcknowledged: PromiseWithResolvers<void> | undefined;

  constructor(options: SourceWriterOptions, producer: Producer, sender: RecordSender) {
    this.#options = options;
    this.#producer = producer;
    this.#sender = sender;
    this.#topics = new PreparedTopics(options.prepareTopic);
  }

  async begin(): Promise<void> {
    // Nobody is fenced: what others still write comes twice at worst.
  }

  async run(pump: SourcePump): Promise<void> {
    const ending = new AbortController();
    const timers = Promise.all([this.#storeRegularly(ending.signal), this.#flushLetters(pump, ending.signal)]);
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#write(pump);
    } catch (error) {
      failure = { error };
    }
    ending.abort();
    await timers;
    this.#throwFailure();
    await this.#settle();
    if (failure !== undefined) throw failure.error;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#producer.close({ timeoutMs: 0 }).catch(() => undefined);
  }

  async #write(pump: SourcePump): Promise<void> {
    const { signal } = this.#failed;
    for (let unit = await pump.take(signal); unit !== undefined; unit = await pump.take(signal)) {
      await this.#submit(pump, unit);
      if (signal.aborted) return;
    }
  }

  async #submit(pump: SourcePump, unit: SourceUnit): Promise<void> {
    const preparing = this.#topics.ensure(unit);
    if (preparing !== undefined) await preparing;
    const sent: SentUnit = { unit, isAcknowledged: unit.runs.size === 0 };
    this.#sent.push(sent);
    if (sent.isAcknowledged) {
      this.#advance(pump);
      return;
    }
    const acknowledgements: Promise<void>[] = [];
    try {
      for (const run of unit.runs.values()) {
        acknowledgements.push((await this.#sender.send(this.#producer, run)).acknowledged);
      }
    } catch (error) {
      // What was not taken will never be acknowledged: nobody may wait for it.
      this.#failed.abort(error);
      return;
    }
    this.#options.environment.checkpoint('source:sent');
    Promise.all(acknowledgements).then(
      () => {
        sent.isAcknowledged = true;
        this.#options.environment.metrics.wroteBatch(unit.recordCount);
        this.#advance(pump);
      },
      (error: unknown) => {
        this.#failed.abort(error);
        this.#allAcknowledged?.resolve();
      },
    );
  }

  /** Takes acknowledged units from the front. */
  #advance(pump: SourcePump): void {
    for (let first = this.#sent[0]; first?.isAcknowledged === true; first = this.#sent[0]) {
      this.#sent.shift();
      this.#storable.add(first.unit.offsets);
      pump.release(first.unit);
    }
    this.#options.environment.checkpoint('source:acknowledged');
    if (this.#sent.length === 0) this.#allAcknowledged?.resolve();
  }

  #throwFailure(): void {
    if (this.#failed.signal.aborted) throw this.#failed.signal.reason;
  }

  /** Everything that was sent is acknowledged and stored. */
  async #settle(): Promise<void> {
    if (this.#sent.length > 0) {
      this.#allAcknowledged = Promise.withResolvers<void>();
      await this.#allAcknowledged.promise;
      this.#throwFailure();
    }
    await this.#storing;
    await this.#store();
    if (this.#storable.size > 0) {
      throw new TaskError('MILLRACE_CONNECT_TIMEOUT', 'offsets could not be stored in time at the end of the task', {
        retriable: true,
      });
    }
  }

  async #storeRegularly(signal: AbortSignal): Promise<void> {
    const { timers, spec } = this.#options.environment;
    while (!signal.aborted) {
      await sleep(timers, spec.settings.offsetFlushIntervalMs, signal);
      if (!signal.aborted) await (this.#storing = this.#store());
    }
  }

  async #flushLetters(pump: SourcePump, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.environment.timers, LETTERS_INTERVAL_MS, signal);
      if (!signal.aborted) pump.flushLetters();
    }
  }

  /** Never rejects: what could not be stored is stored next time. */
  async #store(): Promise<void> {
    const { environment, log, onDurable } = this.#options;
    const { link, clock, metrics, checkpoint } = environment;
    if (this.#storable.size === 0) return;
    const storing = this.#storable;
    this.#storable = new OffsetMap();
    const startMs = clock.monotonicMs();
    try {
      await this.#inTime(link.offsets.write(storing.list()));
      checkpoint('source:offsets-stored');
      metrics.committedOffsets(true, clock.monotonicMs() - startMs);
    } catch (error) {
      this.#storable.addBefore(storing);
      metrics.committedOffsets(false, clock.monotonicMs() - startMs);
      log.warn('offsets were not stored: they will be at the next interval', { error: messageOf(error) });
      return;
    }
    try {
      await onDurable(storing.list());
      checkpoint('source:durable');
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  async #inTime(writing: Promise<void>): Promise<void> {
    const { timers, spec } = this.#options.environment;
    const timeoutMs = spec.settings.offsetFlushTimeoutMs;
    const late = Promise.withResolvers<never>();
    const timer = timers.schedule(timeoutMs, () =>
      late.reject(new TaskError('MILLRACE_CONNECT_TIMEOUT', `storing offsets took more than ${String(timeoutMs)} ms`)),
    );
    try {
      await Promise.race([writing, late.promise]);
    } finally {
      timer.cancel();
    }
  }
}
