import { createDeferred } from '@millrace/base';
import type { AppendOutcome, PartitionLog } from '@millrace/log';

/**
 * A partition as a crash finds it: records become durable a while after they were appended, and of those that were not, a crash keeps as
 * many as it likes.
 */
export class PerishableLog {
  readonly log: PartitionLog;
  readonly #delay: () => Promise<void>;
  readonly #batches: Buffer[];
  #durableCount: number;

  /** `batches`: what the log holds already. */
  constructor(target: PartitionLog, delay: () => Promise<void>, batches: readonly Buffer[]) {
    this.#delay = delay;
    this.#batches = [...batches];
    this.#durableCount = batches.length;
    this.log = new Proxy(target, {
      get: (_, name) => {
        if (name === 'append') {
          return (...args: Parameters<PartitionLog['append']>) => {
            const batch = Buffer.from(args[0]);
            return this.#follow(target.append(...args), batch);
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  }

  /** Batches of which nobody was told that they are durable. */
  get uncertainCount(): number {
    return this.#batches.length - this.#durableCount;
  }

  /** What is there after a crash that kept this many of the uncertain batches. */
  afterCrash(keptCount: number): readonly Buffer[] {
    return this.#batches.slice(0, this.#durableCount + keptCount);
  }

  #follow(outcome: AppendOutcome, batch: Buffer): AppendOutcome {
    if (!('durable' in outcome)) return outcome;
    const count = this.#batches.push(batch);
    const durable = createDeferred<number>();
    void this.#delay().then(async () => {
      const errorCode = await outcome.durable;
      if (errorCode === 0) this.#durableCount = Math.max(this.#durableCount, count);
      durable.resolve(errorCode);
    });
    const { baseOffset, lastOffset, logAppendTimeMs, isDuplicate } = outcome;
    return {
      errorCode: 0,
      baseOffset,
      lastOffset,
      logAppendTimeMs,
      isDuplicate,
      durable: durable.promise,
      answer: durable.promise,
    };
  }
}
