/**
 * Opens what a crash left with the real recovery and holds it against what clients knew: nothing promised is missing, nothing stands where
 * it does not belong, log starts never go back, and the log goes on.
 *
 * Answers with sentences, one for each violation, so that planted bugs can be shown to be found.
 */
import { messageOf, SeededRandom } from '@millrace/base';
import type { AppendAccepted, LogEngine, PartitionLog } from '@millrace/log';
import { ManualTime, readToEnd } from '@millrace/testing';
import {
  appendTo,
  batchBytes,
  createSmallEngine,
  PRODUCER_ID,
  type Cut,
  type History,
  type PartitionMoment,
  type SentBatch,
} from './crash-history.ts';
import { SimulatedDisk, type Crash } from './simulated-disk.ts';
import { TransactionCheck } from './transaction-check.ts';

/** Everything that was not synced is lost; everything is kept; any part is left, in sectors of both sizes. */
export const CRASHES: readonly Crash[] = [
  { kind: 'power loss' },
  { kind: 'kill', sectorBytes: 512 },
  { kind: 'torn power loss', sectorBytes: 512 },
  { kind: 'torn power loss', sectorBytes: 4096 },
];

export interface CheckOptions {
  readonly crashes?: readonly Crash[];
  /** Stops behind the place with the first violation. */
  readonly stopsAtFirst?: boolean;
}

/** All violations of a history: what clients saw while it ran, then what every crash at every place leaves. */
export async function checkHistory(history: History, options: CheckOptions = {}): Promise<string[]> {
  const violations = [...history.violations];
  for (const cut of history.cuts) {
    if (options.stopsAtFirst === true && violations.length > 0) break;
    for (const crash of options.crashes ?? CRASHES) violations.push(...(await checkCrash(history, cut, crash)));
  }
  return violations;
}

/** Violations after that crash at that place. */
async function checkCrash(history: History, cut: Cut, crash: Crash): Promise<string[]> {
  const random = new SeededRandom(history.seed * 1_000_003 + cut.number * 7 + CRASHES.indexOf(crash));
  const disk = SimulatedDisk.after(cut.disk, crash, random, { turnsMax: 0 });
  const time = new ManualTime(1_700_000_900_000);
  const engine = createSmallEngine(disk, time, random, 0);
  const where = `cut ${cut.number} (${cut.what} ${cut.path}), ${describeCrash(crash)}`;
  try {
    await engine.start();
    const violations: string[] = [];
    for (const [index, partition] of cut.partitions.entries()) {
      const goesOn = index === cut.number % cut.partitions.length;
      const check = new PartitionCheck(partition, crash, time, cut.number + CRASHES.indexOf(crash));
      violations.push(...(await check.run(engine, goesOn)));
    }
    return violations.map((violation) => `${where}: ${violation}`);
  } catch (error) {
    return [`${where}: ${messageOf(error)}`];
  }
}

function describeCrash(crash: Crash): string {
  return 'sectorBytes' in crash ? `${crash.kind}, sectors of ${crash.sectorBytes}` : crash.kind;
}

class PartitionCheck {
  readonly #moment: PartitionMoment;
  /** Of the check, to do now this and now that. */
  readonly #number: number;
  readonly #isKill: boolean;
  readonly #time: ManualTime;
  readonly #violations: string[] = [];

  constructor(moment: PartitionMoment, crash: Crash, time: ManualTime, number: number) {
    this.#moment = moment;
    this.#number = number;
    this.#isKill = crash.kind === 'kill';
    this.#time = time;
  }

  async run(engine: LogEngine, goesOn: boolean): Promise<string[]> {
    const { id, config, isGoing } = this.#moment;
    const log = await engine.openPartition(id, { config, leaderEpoch: 2 });
    const isGone = isGoing && log.logEndOffset === 0;
    if (!isGone) {
      this.#checkEnds(log);
      await this.#checkRecords(log);
      this.#checkProducer(log);
      if (this.#moment.isTransactional) await this.#checkTransactions(log);
    }
    if (goesOn) await (this.#moment.isTransactional ? this.#endTransactions(log) : this.#goOn(log, isGone));
    return this.#violations;
  }

  /** Below it everything must be there. */
  get #keptEnd(): number {
    return this.#isKill ? this.#moment.promisedEnd : this.#moment.securedEnd;
  }

  #checkEnds({ highWatermark, logStartOffset, logEndOffset }: PartitionLog): void {
    const { sentEnd, promisedStart, askedStart } = this.#moment;
    if (highWatermark < this.#keptEnd) {
      this.#report(`the log ends at ${highWatermark}, but everything below ${this.#keptEnd} was acknowledged`);
    }
    if (highWatermark > Math.max(sentEnd, logStartOffset)) {
      this.#report(`the log ends at ${highWatermark}, but only ${sentEnd} records were sent`);
    }
    if (logEndOffset !== highWatermark) this.#report(`log end ${logEndOffset} is not the high watermark`);
    if (logStartOffset < promisedStart)
      this.#report(`the log start went back from ${promisedStart} to ${logStartOffset}`);
    if (logStartOffset > askedStart) this.#report(`the log starts at ${logStartOffset}; ${askedStart} was asked for`);
  }

  async #checkRecords(log: PartitionLog): Promise<void> {
    const { logStartOffset } = log;
    const expected = this.#stored(log).flatMap((batch) =>
      batch.values.map((value, index) => ({ offset: batch.baseOffset + index, value })),
    );
    const wanted = expected.filter(({ offset }) => offset >= logStartOffset);
    const records = await readToEnd(log).catch((error: unknown) => messageOf(error).replaceAll(/\s+/g, ' '));
    if (typeof records === 'string') {
      this.#report(`offsets ${logStartOffset} to ${log.highWatermark} cannot be read: ${records}`);
      return;
    }
    if (records.length !== wanted.length) {
      this.#report(`${records.length} records are there, ${wanted.length} belong there`);
    }
    for (const [index, { offset, value }] of records.entries()) {
      const right = wanted[index];
      if (right?.offset === offset && right.value === value) continue;
      this.#report(`offset ${offset} holds "${value.slice(0, 20)}" where ${right?.value.slice(0, 20)} was sent`);
      return;
    }
  }

  /** The producer goes on after its last record that is there, or is unknown; it is never told that a lost one is there. */
  #checkProducer(log: PartitionLog): void {
    if (!this.#moment.isIdempotent) return;
    const last = this.#stored(log).at(-1);
    const known = log.activeProducers().find(({ producerId }) => producerId === PRODUCER_ID)?.lastSequence;
    if (known === undefined && (last === undefined || !this.#losesNothing)) return;
    const expected = last === undefined ? -1 : last.baseSequence + last.values.length - 1;
    if (known !== expected) this.#report(`the producer's last sequence is ${known}, not ${expected}`);
  }

  async #checkTransactions(log: PartitionLog): Promise<void> {
    const check = new TransactionCheck(this.#stored(log), this.#moment.losesOldest, this.#number);
    for (const violation of await check.run(log)) this.#report(violation);
  }

  /** Whatever is open can be ended, and the next transaction follows. */
  async #endTransactions(log: PartitionLog): Promise<void> {
    for (const { producerId, producerEpoch, firstOffset } of log.openTransactions()) {
      const transaction = { producerId, producerEpoch, outcome: 'abort' } as const;
      const end: SentBatch = { baseOffset: log.logEndOffset, values: [''], baseSequence: -1, transaction };
      const ended = appendTo(log, end, false, this.#time.nowMs()) as AppendAccepted;
      if (ended.errorCode !== 0) this.#report(`the transaction at ${firstOffset} cannot be ended: ${describe(ended)}`);
      const next = {
        ...end,
        values: ['next'],
        baseSequence: 0,
        transaction: { producerId, producerEpoch: producerEpoch + 1 },
      };
      const begun = appendTo(log, next, false, this.#time.nowMs()) as AppendAccepted;
      if (begun.errorCode !== 0) this.#report(`the next transaction is answered with ${describe(begun)}`);
      else if ((await begun.durable) !== 0) this.#report('the next transaction was taken and not stored');
    }
  }

  /** A repeat is recognised, and the next batch follows. */
  async #goOn(log: PartitionLog, isGone: boolean): Promise<void> {
    const { isIdempotent } = this.#moment;
    const last = isGone ? undefined : this.#stored(log).at(-1);
    const append = (batch: SentBatch): AppendAccepted =>
      log.append(batchBytes(batch, isIdempotent, this.#time.nowMs()), { origin: 'client' }) as AppendAccepted;
    if (last !== undefined && isIdempotent && this.#losesNothing) {
      const repeat = append(last);
      if (!repeat.isDuplicate || repeat.baseOffset !== last.baseOffset) {
        this.#report(`a repeat of the batch at ${last.baseOffset} is answered with ${describe(repeat)}`);
      }
    }
    const end = log.logEndOffset;
    const baseSequence = last === undefined ? 0 : last.baseSequence + last.values.length;
    const next = append({ baseOffset: end, values: ['next'], baseSequence });
    if (next.errorCode !== 0 || next.isDuplicate || next.baseOffset !== end) {
      this.#report(`the next batch, due at ${end}, is answered with ${describe(next)}`);
    } else if ((await next.durable) !== 0) {
      this.#report('the next batch was taken and not stored');
    }
  }

  /** Nothing of the log was lost that producers would have to be forgotten for. */
  get #losesNothing(): boolean {
    return this.#isKill || this.#moment.securedEnd === this.#moment.promisedEnd;
  }

  /** What was sent up to where the log ends; half a batch is none. */
  #stored(log: PartitionLog): SentBatch[] {
    const { batches, batchCount } = this.#moment;
    const stored = batches.slice(0, batchCount);
    return stored.filter((batch) => batch.baseOffset + batch.values.length <= log.highWatermark);
  }

  #report(what: string): void {
    const { partition } = this.#moment.id;
    this.#violations.push(`partition ${partition} (${this.#moment.config.durability}): ${what}`);
  }
}

function describe(outcome: AppendAccepted): string {
  if (outcome.errorCode !== 0) return `error ${outcome.errorCode as number}`;
  return `offset ${outcome.baseOffset}${outcome.isDuplicate ? ' of a duplicate' : ''}`;
}
