/**
 * One thread with plugin code in it, as the main thread holds it; in a process of its own when that is asked for (carrier.ts).
 *
 * Owns: the thread, how it ended, and the limits of its memory.
 * Invariants: `ended` settles once, after the thread is gone; what it sent before comes first.
 * Bounds: heap by the thread itself (heap-watch.ts); memory of buffers as much again, over `BUFFER_REPORTS_MAX` reports.
 */
import { failureOf } from '../task/task-error.ts';
import type { TaskFailure } from '../task/task-host.ts';
import { startProcess, startThread, type Carrier, type CarrierOptions } from './carrier.ts';
import { memoryError } from './memory-error.ts';
import type { FromThread, ThreadReport, ToThread } from './thread-messages.ts';

/** Buffers go with the garbage: what is above the limit for a moment may be gone with the next collection. */
const BUFFER_REPORTS_MAX = 10;
const MIB = 1024 * 1024;

export interface PluginThreadOptions extends CarrierOptions {
  /** Default: a thread of this process. */
  readonly isProcess?: boolean;
  readonly onMessage: (message: FromThread) => void;
}

/** Undefined: it did what it was started for, or was terminated. */
export type ThreadFailure = TaskFailure | undefined;

export class PluginThread {
  readonly ended: Promise<ThreadFailure>;
  readonly #options: PluginThreadOptions;
  readonly #carrier: Carrier;
  readonly #end = Promise.withResolvers<ThreadFailure>();
  #outcome: { readonly failure: ThreadFailure } | undefined;
  #hasBegun = false;
  #silentTicks = 0;
  #bufferReports = 0;

  constructor(options: PluginThreadOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#carrier = (options.isProcess === true ? startProcess : startThread)(options, {
      onMessage: (message) => this.#onMessage(message),
      onFailed: (failure) => this.fail(failure),
      onExit: (failure) => {
        this.#outcome ??= { failure };
        this.#end.resolve(this.#outcome.failure);
      },
    });
  }

  post(message: ToThread): void {
    this.#carrier.post(message);
  }

  /**
   * Asks it to end, and ends it by force when that takes longer. One that is still being loaded hears nothing yet, and has nothing to end in
   * good order: a worker whose work is taken away again while it starts must not hold up the others. Resolves when it is gone.
   */
  async stop(timeoutMs: number, onLate: () => void = () => undefined): Promise<void> {
    if (!this.#hasBegun) return this.terminate();
    this.post({ kind: 'stop' });
    const timer = setTimeout(() => {
      onLate();
      void this.terminate();
    }, timeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it by force, as a failure when one is given. Resolves when it is gone. */
  async terminate(): Promise<void> {
    this.#outcome ??= { failure: undefined };
    await this.#carrier.terminate();
  }

  fail(failure: TaskFailure): void {
    this.#outcome ??= { failure };
    void this.#carrier.terminate();
  }

  /** Called once a second; true when nothing was heard for `ticksMax` of them. A process that is stopped does not tick either. */
  tick(ticksMax: number): boolean {
    this.#silentTicks++;
    return this.#silentTicks > ticksMax;
  }

  #onMessage(message: FromThread): void {
    if (this.#outcome !== undefined) return;
    this.#hasBegun = true;
    this.#silentTicks = 0;
    if (message.kind === 'ended' || message.kind === 'failed') {
      this.#outcome = { failure: message.kind === 'failed' ? message.failure : undefined };
      void this.#carrier.terminate();
      return;
    }
    if (message.kind === 'report') this.#checkMemory(message);
    this.#options.onMessage(message);
  }

  #checkMemory({ bufferBytes }: ThreadReport): void {
    const { maxHeapMb, name } = this.#options;
    this.#bufferReports = bufferBytes > maxHeapMb * MIB ? this.#bufferReports + 1 : 0;
    if (this.#bufferReports < BUFFER_REPORTS_MAX) return;
    const heldMb = Math.round(bufferBytes / MIB);
    this.fail(failureOf(memoryError(`${name} holds ${String(heldMb)} MB of buffers`, maxHeapMb)));
  }
}
