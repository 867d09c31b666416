/**
 * One seed: load and faults for a while, then peace until everything has been processed, then everything read anew and
 * the history judged.
 *
 * Owns: the topics, the group and the clients' processes of the round, and the files of its history.
 * Bounds: from the end of the faults to the last record processed `DRAIN_MS_MAX`.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '@millrace/base';
import { checkHistoryFiles, HistoryRecorder, waitUntil, type HistoryReport } from '@millrace/testing';
import { ClientSlot } from './client-slot.ts';
import { CommittedReader } from './committed-reader.ts';
import { describeFault, FaultPlan, TRANSACTION_APIS, type Fault, type FaultKind } from './fault-plan.ts';
import { GroupObserver } from './group-observer.ts';
import { patientClient, untilAnswered } from './kafkajs/client.ts';
import { readWithKafkajs } from './kafkajs/read-to.ts';
import type { ClientName, SoakOptions } from './options.ts';
import { SOURCE, type PreparedClient } from './prepare-clients.ts';
import { ABORT_SHARE, PARTITIONS, type ProgramSettings, type SourceSettings, type WorkerSettings } from './settings.ts';
import type { SoakBroker } from './soak-broker.ts';
import { SteadyWire } from './steady-wire.ts';

const FIRST_RECORDS_MS_MAX = 30_000;
const DRAIN_MS_MAX = 60_000;
const SOURCE_END_MS_MAX = 10_000;
const TRANSACTION_TIMEOUT_MS = 1_500;
const SESSION_TIMEOUT_MS = 2_000;

export interface RoundSetting {
  readonly options: SoakOptions;
  readonly broker: SoakBroker;
  readonly seed: number;
  /** Whose client the workers are. */
  readonly client: PreparedClient;
  /** Which of the rounds that run at a time: transactional ids go from round to round. */
  readonly lane: number;
  /** Where the history goes. */
  readonly dir: string;
}

export interface RoundOutcome {
  readonly seed: number;
  readonly client: ClientName;
  readonly report: HistoryReport;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly lostAnswers: number;
  /** Records that read_committed shows in the output topic. */
  readonly processed: number;
  readonly processes: number;
  readonly ms: number;
}

export class SoakRound {
  readonly #options: SoakOptions;
  readonly #broker: SoakBroker;
  readonly #seed: number;
  readonly #client: PreparedClient;
  readonly #lane: number;
  readonly #dir: string;
  readonly #history: HistoryRecorder;
  readonly #slots: ClientSlot[];
  readonly #faults: Record<FaultKind, number> = {
    'kill broker': 0,
    'kill client': 0,
    'freeze client': 0,
    'lose answer': 0,
    cut: 0,
    delay: 0,
    silence: 0,
  };
  readonly #repairs = new Set<Promise<unknown>>();
  readonly #traps = new AbortController();
  #lostAnswers = 0;

  private constructor({ options, broker, seed, client, lane, dir }: RoundSetting) {
    this.#options = options;
    this.#broker = broker;
    this.#seed = seed;
    this.#client = client;
    this.#lane = lane;
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
    this.#history = new HistoryRecorder({ path: join(dir, 'runner.jsonl'), by: 'runner' });
    this.#slots = [
      this.#sourceSlot(),
      ...Array.from({ length: options.workers }, (_, index) => this.#workerSlot(index + 1)),
    ];
  }

  static async run(setting: RoundSetting): Promise<RoundOutcome> {
    const round = new SoakRound(setting);
    try {
      return await round.#run();
    } finally {
      round.#traps.abort();
      setting.broker.proxy.heal();
      for (const slot of round.#slots) slot.close();
      round.#history[Symbol.dispose]();
    }
  }

  get #input(): string {
    return `soak-in-${this.#seed}`;
  }

  get #output(): string {
    return `soak-out-${this.#seed}`;
  }

  get #group(): string {
    return `soak-${this.#seed}`;
  }

  async #run(): Promise<RoundOutcome> {
    const began = performance.now();
    await this.#createTopics();
    await using readerWire = new SteadyWire(this.#broker.direct);
    await using observerWire = new SteadyWire(this.#broker.direct);
    const reader = new CommittedReader(readerWire, this.#history, [this.#input, this.#output], PARTITIONS);
    const observed = { group: this.#group, topic: this.#input, partitions: PARTITIONS };
    const observer = new GroupObserver(observerWire, this.#history, observed);
    reader.start();
    observer.start();
    try {
      for (const slot of this.#slots) slot.start();
      await waitUntil('the first processed records', () => reader.recordsOf(this.#output) > 0, FIRST_RECORDS_MS_MAX);
      await this.#breakThings();
      await this.#makePeace();
      await this.#drain(reader, observer);
    } finally {
      await Promise.all([reader.stop(), observer.stop()]);
    }
    reader.recordComplete();
    await waitUntil('the offsets of the group', () => observer.recordFinal());
    await readWithKafkajs({
      bootstrap: this.#broker.bootstrap,
      consumer: 'kafkajs',
      group: `${this.#group}-reader`,
      history: this.#history,
      // Not the output: where aborted transactions overlap, kafkajs shows some of their records.
      last: reader.positions
        .filter((one) => one.topic === this.#input)
        .map(({ topic, partition, lastRecord: offset }) => ({ topic, partition, offset })),
    });
    return await this.#judge(reader, began);
  }

  async #judge(reader: CommittedReader, began: number): Promise<RoundOutcome> {
    const files = readdirSync(this.#dir).filter((name) => name.endsWith('.jsonl'));
    const pipes = [{ from: this.#input, to: this.#output }];
    const report = await checkHistoryFiles(
      files.map((name) => join(this.#dir, name)),
      { pipes },
    );
    return {
      seed: this.#seed,
      client: this.#client.name,
      report,
      faults: this.#faults,
      lostAnswers: this.#lostAnswers,
      processed: reader.recordsOf(this.#output),
      processes: this.#slots.reduce((total, slot) => total + slot.starts, 0),
      ms: performance.now() - began,
    };
  }

  async #createTopics(): Promise<void> {
    // Every other seed writes its output as Apache Kafka does by default, without a sync.
    const durability = this.#seed % 4 < 2 ? 'fsync' : 'os';
    const configEntries = this.#broker.isOurs ? [{ name: 'millrace.durability', value: durability }] : [];
    const numPartitions = PARTITIONS;
    const topics = [
      { topic: this.#input, numPartitions },
      { topic: this.#output, numPartitions, configEntries },
    ];
    const admin = patientClient(this.#broker.bootstrap, 'soak-admin').admin();
    await admin.connect();
    try {
      // The faults of other rounds meet this one, too.
      // Those that are there already, because only the answer was lost, are no failure.
      for (const topic of topics) await untilAnswered('a new topic', () => admin.createTopics({ topics: [topic] }));
    } finally {
      await admin.disconnect();
    }
  }

  async #breakThings(): Promise<void> {
    const plan = new FaultPlan({
      random: new SeededRandom(this.#seed),
      workers: this.#options.workers,
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      mayKillBroker: this.#broker.isOurs,
    });
    const until = performance.now() + this.#options.seconds * 1_000;
    for (;;) {
      const { afterMs, fault } = plan.next();
      if (performance.now() + afterMs > until) break;
      await delay(afterMs);
      this.#history.record({ type: 'note', text: describeFault(fault) });
      this.#faults[fault.kind] += 1;
      await this.#break(fault);
    }
    await delay(Math.max(0, until - performance.now()));
  }

  async #break(fault: Fault): Promise<void> {
    const { proxy } = this.#broker;
    switch (fault.kind) {
      case 'kill broker':
        // The next faults meet it while it recovers.
        this.#repairWith(
          this.#broker.killAndRestart().then(() => this.#history.record({ type: 'note', text: 'the broker is back' })),
        );
        return;
      case 'kill client':
        this.#slots[fault.client]?.kill(fault.downMs);
        return;
      case 'freeze client': {
        const slot = this.#slots[fault.client];
        slot?.freeze(fault.isReplaced);
        this.#repairLater(fault.ms, () => slot?.thaw());
        return;
      }
      case 'lose answer': {
        const options = { apiKeys: [TRANSACTION_APIS[fault.api]], when: fault.when, signal: this.#traps.signal };
        proxy.loseNextAnswer(options).then(
          () => (this.#lostAnswers += 1),
          () => undefined,
        );
        return;
      }
      case 'cut':
        proxy.cut();
        return;
      case 'delay':
        proxy.delayMs = fault.delayMs;
        this.#repairLater(fault.ms, () => (proxy.delayMs = 0));
        return;
      case 'silence':
        proxy.dropAll();
        await delay(fault.ms);
        proxy.heal();
    }
  }

  #repairLater(ms: number, repair: () => unknown): void {
    this.#repairWith(delay(ms).then(repair));
  }

  /** A repair that fails is remembered: peace cannot be made. */
  #repairWith(repair: Promise<unknown>): void {
    this.#repairs.add(repair);
    repair.then(
      () => this.#repairs.delete(repair),
      () => undefined,
    );
  }

  async #makePeace(): Promise<void> {
    this.#traps.abort();
    await Promise.all(this.#repairs);
    this.#broker.proxy.heal();
    this.#history.record({ type: 'note', text: 'no more faults' });
    await this.#slots[0]?.finish(SOURCE_END_MS_MAX);
  }

  /** Every transaction has ended, and the group is behind the last record of each input partition. */
  async #drain(reader: CommittedReader, observer: GroupObserver): Promise<void> {
    const trouble = this.#broker.endedByItself();
    let ended: string | undefined;
    void trouble.then((text) => (ended = text));
    const fetches = reader.fetches;
    const isDrained = (): boolean => {
      if (ended !== undefined) throw new Error(ended);
      // Answers from after the end of the faults.
      if (reader.fetches < fetches + 3 || !reader.hasReadAll) return false;
      return reader.positions
        .filter((one) => one.topic === this.#input)
        .every((one) => (observer.offsets[one.partition] ?? -1) > one.lastRecord || one.lastRecord < 0);
    };
    await waitUntil('everything to be processed', isDrained, DRAIN_MS_MAX);
    for (const slot of this.#slots) slot.close();
  }

  #sourceSlot(): ClientSlot {
    return new ClientSlot({
      name: 'source',
      logFile: join(this.#dir, 'source.log'),
      launch: (by) => {
        const settings: SourceSettings = {
          ...this.#programSettings(by, 'source'),
          topic: this.#input,
          transactionalId: `soak-${this.#lane}-source`,
          recordsPerS: this.#options.recordsPerS,
        };
        return { ...SOURCE, settings };
      },
    });
  }

  #workerSlot(number: number): ClientSlot {
    const name = `worker-${number}`;
    return new ClientSlot({
      name,
      logFile: join(this.#dir, `${name}.log`),
      launch: (by) => {
        const settings: WorkerSettings = {
          ...this.#programSettings(by, name),
          input: this.#input,
          output: this.#output,
          group: this.#group,
          transactionalId: `soak-${this.#lane}-${name}`,
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
        };
        return { ...this.#client.launch, settings };
      },
    });
  }

  #programSettings(by: string, file: string): ProgramSettings {
    return {
      bootstrap: this.#broker.bootstrap,
      by,
      history: join(this.#dir, `${file}.jsonl`),
      seed: this.#seed,
      partitions: PARTITIONS,
      abortShare: ABORT_SHARE,
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
    };
  }
}
