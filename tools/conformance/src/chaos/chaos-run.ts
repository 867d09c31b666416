/**
 * The run itself: a broker that is killed (-9) again and again under producers and a reader that never stop.
 *
 * Owns: the order of events: load, kills, the last acknowledgements, one more kill, everything read anew.
 * Invariants: the broker's port and data stay the same; a broker that ends otherwise than by the kill ends the run.
 * Bounds: after each start every producer is acknowledged something, and the reader gets something, within
 *   `PROGRESS_MS_MAX`.
 * Not here: what is right and wrong in the log (checker.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { SeededRandom } from '@millrace/base';
import { BrokerProcess, findFreePorts, LogProbe, waitUntil } from '@millrace/testing';
import type { Launch } from '../client.ts';
import { REPO_ROOT } from '../paths.ts';
import { ChaosClient } from './client-process.ts';
import type { History } from './history.ts';
import type { ChaosOptions, ProducerName } from './options.ts';
import { KillSchedule } from './schedule.ts';

const PROGRESS_MS_MAX = 60_000;
const PARTITIONS = 6;
const KEYS_PER_CLIENT = 12;

/** Small files, so that segments roll, checkpoints are made and journal files are used again all the time. */
const SEGMENT_BYTES = '1048576';
const BROKER_FLAGS = ['--millrace.journal.file.bytes=1048576'];

export interface ChaosSetting {
  readonly options: ChaosOptions;
  readonly producers: readonly { name: ProducerName; launch: Launch }[];
  readonly reader: { name: ProducerName; launch: Launch };
  readonly dataDir: string;
  readonly logDir: string;
  say(line: string): void;
}

export interface ChaosOutcome {
  readonly history: History;
  readonly producers: readonly ChaosClient[];
  readonly readers: readonly ChaosClient[];
  readonly killsInStarts: number;
  /** Milliseconds of each start that was let come to its end. */
  readonly startsMs: readonly number[];
}

export class ChaosRun {
  readonly #setting: ChaosSetting;
  readonly #killedAtMs: number[] = [];
  readonly #startsMs: number[] = [];
  /** The producers, and the reader that reads along. */
  readonly #clients: ChaosClient[] = [];
  readonly #broker: BrokerProcess;
  #killsInStarts = 0;

  private constructor(setting: ChaosSetting, port: number) {
    this.#setting = setting;
    this.#broker = new BrokerProcess({
      mainPath: join(REPO_ROOT, 'apps/broker/src/main.ts'),
      dataDir: setting.dataDir,
      kafkaPort: 'settings',
      flags: ['--port', String(port), ...BROKER_FLAGS],
    });
  }

  static async run(setting: ChaosSetting): Promise<ChaosOutcome> {
    const run = new ChaosRun(setting, await findFreePorts(1));
    await using broker = run.#broker;
    try {
      return await run.#run();
    } catch (error) {
      throw new Error(
        `seed ${setting.options.seed} round ${run.#killedAtMs.length}, broker's log:\n${broker.logTail}`,
        {
          cause: error,
        },
      );
    }
  }

  async #run(): Promise<ChaosOutcome> {
    await this.#start();
    for (const durability of this.#setting.options.durabilities) await this.#createTopic(durability);
    const follower = this.#client('follower', this.#setting.reader.launch, 'read');
    const producers = this.#setting.producers.map(({ name, launch }) => this.#client(name, launch, 'produce'));
    this.#clients.push(follower, ...producers);

    await this.#killAgainAndAgain();

    await this.#start();
    await this.#progress();
    await Promise.all(producers.map((one) => one.finish()));
    await this.#kill();
    await this.#start();
    await follower.finish();
    const reader = this.#client('reader', this.#setting.reader.launch, 'read');
    await reader.finish();
    const end = await this.#broker.stop();
    if (end.code !== 0) throw new Error(`the broker answered SIGTERM with ${end.signal ?? `code ${end.code}`}`);
    return {
      history: {
        acknowledged: producers.flatMap((one) => one.acknowledged),
        stored: reader.records,
        followed: follower.records,
        killedAtMs: this.#killedAtMs,
      },
      producers,
      readers: [follower, reader],
      killsInStarts: this.#killsInStarts,
      startsMs: this.#startsMs,
    };
  }

  async #killAgainAndAgain(): Promise<void> {
    const { options } = this.#setting;
    const schedule = new KillSchedule(new SeededRandom(options.seed));
    let isUp = true;
    for (let round = 1; round <= options.kills; round += 1) {
      const { during, afterMs } = schedule.next(this.#startsMs.at(-1) ?? 0);
      if (during === 'load') {
        if (!isUp) await this.#start();
        await this.#progress();
      } else {
        // The attempt is awaited by its end.
        this.#broker.start().catch(() => undefined);
        this.#killsInStarts += 1;
      }
      await delay(afterMs);
      this.#checkClients();
      await this.#kill();
      isUp = false;
      if (round % 10 === 0) {
        const counts = this.#clients.map((one) => `${one.name} ${one.recordCount}`);
        this.#setting.say(`# ${round} kills, records: ${counts.join(', ')}`);
      }
    }
  }

  async #start(): Promise<void> {
    this.#startsMs.push(await this.#broker.start());
  }

  async #kill(): Promise<void> {
    const end = await this.#broker.stop('SIGKILL');
    this.#killedAtMs.push(Date.now());
    if (end.signal !== 'SIGKILL')
      throw new Error(`the broker ended by itself with ${end.signal ?? `code ${end.code}`}`);
  }

  /** Every producer is acknowledged something, and the reader gets something: the broker serves, and nobody is stuck. */
  async #progress(): Promise<void> {
    const before = this.#clients.map((one) => one.recordCount);
    const waiting = (): string[] =>
      this.#clients.filter((one, index) => one.recordCount <= (before[index] ?? 0)).map((one) => one.name);
    let ended: string | undefined;
    void this.#broker.ended().then(({ code, signal }) => (ended = signal ?? `code ${code}`));
    const hasProgress = (): boolean => {
      this.#checkClients();
      if (ended !== undefined) throw new Error(`the broker ended by itself with ${ended}`);
      return waiting().length === 0;
    };
    await waitUntil('progress of every client', hasProgress, PROGRESS_MS_MAX).catch((error: unknown) => {
      throw new Error(`no progress of ${waiting().join(', ')}: ${String(error)}`, { cause: error });
    });
  }

  #checkClients(): void {
    for (const { trouble } of this.#clients) if (trouble !== undefined) throw new Error(trouble);
  }

  async #createTopic(durability: string): Promise<void> {
    await using probe = await LogProbe.connect({ port: this.#broker.port });
    const configs = { 'millrace.durability': durability, 'segment.bytes': SEGMENT_BYTES };
    await probe.createTopic(`chaos-${durability}`, { partitions: PARTITIONS, configs });
  }

  #client(name: string, launch: Launch, does: 'produce' | 'read'): ChaosClient {
    const { options, logDir } = this.#setting;
    return new ChaosClient({
      name,
      launch,
      does,
      environment: {
        CHAOS_BOOTSTRAP: this.#broker.addresses.kafka,
        CHAOS_TOPICS: options.durabilities.map((one) => `chaos-${one}`).join(','),
        CHAOS_PARTITIONS: String(PARTITIONS),
        CHAOS_KEYS: String(KEYS_PER_CLIENT),
        CHAOS_RECORDS_PER_S: String(options.recordsPerS),
      },
      logFile: join(logDir, `${name}.log`),
      round: () => this.#killedAtMs.length,
    });
  }
}
