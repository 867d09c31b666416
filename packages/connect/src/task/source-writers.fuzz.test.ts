/**
 * Sources through both writers while everything fails at random: conversions, Kafka, the offset store, the source itself; tasks are stopped
 * and killed. Whenever an offset is stored, every record before it has arrived; exactly once, it has arrived once.
 */
import { SeededRandom, silentLogger, type Clock, type Random, type Timers } from '@millrace/base';
import type { AnyRecord, OutRecord, Position, SourceBatch, SourceOffset, SourceTask } from '@millrace/connect-api';
import { KafkaError, type Producer } from '@millrace/sdk';
import { decodeOffset, decodeOffsetKey } from '../stores/offset-records.ts';
import { AtLeastOnceWriter } from './at-least-once-writer.ts';
import { DeadLetters } from './dead-letters.ts';
import { ErrorPolicy } from './error-policy.ts';
import { ExactlyOnceWriter, type TransactionBoundary } from './exactly-once-writer.ts';
import type { BytesRecord, RecordConversion } from './record-conversion.ts';
import { RecordSender } from './record-sender.ts';
import { SourcePump } from './source-pump.ts';
import { abortedOr, PauseGate, sleep, type TaskEnvironment } from './task-environment.ts';
import { isRetriable } from './task-error.ts';
import { TaskMetrics } from './task-metrics.ts';

const RUNS = 40;
const LIVES_WITH_FAULTS = 12;
/** Without faults everything has arrived long before. */
const CALM_TURNS_MAX = 20_000;
const PARTITIONS = 3;
const RECORDS = 60;
const DEAD = 'dead';
const OFFSETS = 'offsets';

type Guarantee = 'at least once' | 'exactly once';
type Kind = 'fine' | 'bad' | 'dropped' | 'flaky' | 'raw' | 'refused';

class PassingError extends Error {
  readonly retriable = true;
}

function kindOf(index: number, guarantee: Guarantee): Kind {
  if (index % 7 === 3) return 'bad';
  if (index % 7 === 5) return 'dropped';
  if (index % 11 === 4) return 'flaky';
  if (index % 13 === 8) return 'raw';
  return index % 13 === 6 && guarantee === 'at least once' ? 'refused' : 'fine';
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const forEver = new Promise<never>(() => undefined);

/** What outlives a task: the log as readers of committed data see it, the stored offsets, the transaction that is open. */
class World {
  readonly random: Random;
  readonly guarantee: Guarantee;
  readonly arrived = new Map<string, number>();
  readonly stored = new Map<string, number>();
  open: FakeTransaction | undefined;
  faults = true;

  constructor(seed: number, guarantee: Guarantee) {
    this.random = new SeededRandom(seed);
    this.guarantee = guarantee;
  }

  chance(probability: number): boolean {
    return this.faults && this.random.next() < probability;
  }

  append(topic: string, { value }: BytesRecord): void {
    const key = `${topic} ${String(value)}`;
    this.arrived.set(key, (this.arrived.get(key) ?? 0) + 1);
  }

  /** Where a record has to be; undefined: nowhere. */
  placeOf(partition: string, index: number): string | undefined {
    const kind = kindOf(index, this.guarantee);
    if (kind === 'dropped') return undefined;
    return `${kind === 'fine' || kind === 'flaky' ? 'numbers' : DEAD} ${partition}:${String(index)}`;
  }

  store(partition: string, next: number): void {
    this.stored.set(partition, next);
    for (let index = 0; index < next; index++) {
      const place = this.placeOf(partition, index);
      if (place !== undefined && !this.arrived.has(place)) {
        throw new Error(`offset ${String(next)} of ${partition} is stored, and ${place} has not arrived`);
      }
    }
  }

  get isDone(): boolean {
    return Array.from({ length: PARTITIONS }, (_, p) => this.stored.get(String(p))).every((next) => next === RECORDS);
  }
}

/** One task, from its start to its end. Once killed it changes nothing any more. */
class Life {
  readonly world: World;
  isKilled = false;
  failure: Error | undefined;
  #nowMs = 0;
  readonly clock: Clock = { nowMs: () => 1, monotonicMs: () => this.#nowMs++ };
  readonly timers: Timers = {
    schedule: (_ms, callback) => {
      let isCancelled = false;
      void this.turns(1 + this.world.random.nextInt(6)).then(() => {
        if (!isCancelled) callback();
      });
      return { cancel: () => void (isCancelled = true) };
    },
  };

  constructor(world: World) {
    this.world = world;
  }

  /** Never resolves for the dead. */
  async turns(count = this.world.random.nextInt(5)): Promise<void> {
    for (let left = count; left > 0; left--) await turn();
    if (this.isKilled) await forEver;
  }

  /** For what must hold: the test fails with it, whatever the task makes of it. */
  check(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.failure ??= error as Error;
    }
  }
}

class FakeProducer {
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
  }

  async sendAll(topic: { readonly name: string }, records: Iterable<BytesRecord>): Promise<unknown> {
    await Promise.all(Array.from(records, (record) => this.send(topic, record)));
    return [];
  }

  sendRaw(name: string, record: BytesRecord): Promise<unknown> {
    return this.send({ name }, record);
  }

  async send({ name }: { readonly name: string }, record: BytesRecord): Promise<unknown> {
    const { world } = this.#life;
    await this.#life.turns();
    if (name !== DEAD && kindOf(Number(String(record.value).split(':')[1]), world.guarantee) === 'refused') {
      throw new KafkaError('MILLRACE_CLIENT_DELIVERY', 'refused', { kafkaCode: 'INVALID_RECORD' });
    }
    const isLost = world.chance(0.003);
    if (!isLost) world.append(name, record);
    if (isLost || world.chance(0.003))
      throw new KafkaError('MILLRACE_CLIENT_DELIVERY', 'given up', { retriable: true });
    return undefined;
  }

  async begin(): Promise<FakeTransaction> {
    await this.#life.turns();
    // The coordinator aborts what an earlier task left open.
    this.#life.world.open = undefined;
    return new FakeTransaction(this.#life);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FakeTransaction {
  readonly #life: Life;
  readonly #records: { readonly topic: string; readonly record: BytesRecord }[] = [];
  #pending = 0;
  #cause: KafkaError | undefined;
  #isUnknown = false;

  constructor(life: Life) {
    this.#life = life;
  }

  async sendAll({ name }: { readonly name: string }, records: Iterable<BytesRecord>): Promise<unknown> {
    await this.#life.turns(0);
    if (this.#cause !== undefined) throw this.#cause;
    const { world } = this.#life;
    world.open = this;
    for (const record of records) this.#records.push({ topic: name, record });
    this.#pending++;
    await this.#life.turns();
    this.#pending--;
    if (!world.chance(0.02)) return [];
    this.#cause = new KafkaError('MILLRACE_CLIENT_DELIVERY', 'given up', { retriable: true });
    throw this.#cause;
  }

  async commit(): Promise<void> {
    const { world } = this.#life;
    while (this.#pending > 0) await this.#life.turns(1);
    await this.#life.turns();
    if (this.#cause !== undefined) {
      throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'to be aborted', { needsAbort: true, cause: this.#cause });
    }
    const isLost = world.chance(0.1);
    if (!isLost && world.open === this) this.#take(world);
    this.#isUnknown = isLost || world.chance(0.1);
    if (this.#isUnknown) {
      throw new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'no answer', { retriable: world.chance(0.5) });
    }
  }

  async abort(): Promise<void> {
    if (this.#isUnknown) throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'nobody knows');
    await this.#life.turns();
    if (this.#life.world.open === this) this.#life.world.open = undefined;
  }

  #take(world: World): void {
    world.open = undefined;
    for (const { topic, record } of this.#records) if (topic !== OFFSETS) world.append(topic, record);
    for (const { topic, record } of this.#records) {
      if (topic !== OFFSETS) continue;
      const partition = decodeOffsetKey(Buffer.from(String(record.key)))?.partition;
      const offset = decodeOffset(Buffer.from(String(record.value)));
      this.#life.check(() => world.store(String(partition?.['p']), Number(offset?.['next'])));
    }
  }
}

/** What converters and transforms do: some at once, some later. */
function conversionOf(life: Life): RecordConversion {
  const { world } = life;
  const transform = (record: OutRecord): OutRecord | null => {
    const kind = kindOf(Number(String(record.value).split(':')[1]), world.guarantee);
    if (kind === 'bad') throw new TypeError('no converter takes this');
    if (kind === 'flaky' && world.chance(0.5)) throw new PassingError('not yet');
    return kind === 'dropped' ? null : record;
  };
  const conversion = {
    stage: 'TRANSFORMATION',
    operator: 'Random',
    transform: (record: OutRecord) => {
      if (world.random.next() < 0.7) return transform(record);
      return life.turns(1).then(() => transform(record));
    },
    toBytes: ({ value }: AnyRecord) => ({ key: null, value: String(value) }),
  };
  return conversion as unknown as RecordConversion;
}

async function* read(
  life: Life,
  policy: ErrorPolicy,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch<Position, Position>, void> {
  const { random, stored } = life.world;
  const partitions = Array.from({ length: PARTITIONS }, (_, p) => ({ p: String(p) }));
  const next = new Map(partitions.map(({ p }) => [p, stored.get(p) ?? 0]));
  while (!signal.aborted) {
    await life.turns(random.nextInt(3));
    if (life.world.chance(0.01)) throw new PassingError('the source is away');
    const left = partitions.filter(({ p }) => (next.get(p) ?? 0) < RECORDS);
    const partition = left[random.nextInt(Math.max(1, left.length))];
    if (partition === undefined) {
      await abortedOr(signal, forEver);
      return;
    }
    const from = next.get(partition.p) ?? 0;
    const to = Math.min(RECORDS, from + 1 + random.nextInt(6));
    next.set(partition.p, to);
    const records: OutRecord[] = [];
    for (let index = from; index < to; index++) {
      const value = `${partition.p}:${String(index)}`;
      if (kindOf(index, life.world.guarantee) !== 'raw') records.push({ topic: 'numbers', key: null, value });
      else await policy.skip('TASK_POLL', 'Source', new Error('not to be read'), () => failed(value));
    }
    // Its dead letters are told of, and no offset is behind them yet.
    if (life.world.chance(0.02)) throw new PassingError('the source is away in the middle of a batch');
    yield { records, partition, offset: { next: to } };
  }
}

function failed(value: string) {
  return { key: null, value, headers: [], timestampMs: undefined, topic: '', partition: '', offset: '' };
}

function policyOf(life: Life, signal: AbortSignal, send: (topic: string, record: BytesRecord) => Promise<unknown>) {
  const metrics = new TaskMetrics('source', life.clock);
  const settings = { topic: DEAD, replicationFactor: 1, hasContextHeaders: false };
  const onFailed = (): void => undefined;
  const deadLetters = new DeadLetters({
    connector: 'c',
    task: 0,
    settings,
    metrics,
    prepare: undefined,
    send,
    onFailed,
  });
  const policy = new ErrorPolicy({
    connector: 'c',
    task: 0,
    settings: {
      isTolerant: true,
      retryTimeoutMs: -1,
      retryDelayMaxMs: 10,
      isLogged: false,
      areMessagesLogged: false,
    },
    clock: life.clock,
    random: life.world.random,
    log: silentLogger,
    metrics,
    deadLetters,
    pause: async (ms) => {
      await sleep(life.timers, ms, signal);
      if (signal.aborted) throw new PassingError('stopped');
    },
  });
  return { policy, deadLetters };
}

function environmentOf(life: Life, signal: AbortSignal): TaskEnvironment {
  let last: Promise<unknown> = Promise.resolve();
  // As stores do: one after the other, though nobody waits for an earlier one any more.
  const write = (offsets: readonly SourceOffset[]): Promise<void> => {
    const writing = last.then(() => writeNow(offsets));
    last = writing.catch(() => undefined);
    return writing;
  };
  const writeNow = async (offsets: readonly SourceOffset[]): Promise<void> => {
    await life.turns();
    if (life.world.chance(0.1)) throw new Error('the store is away');
    life.check(() => {
      for (const { partition, offset } of offsets) life.world.store(String(partition['p']), Number(offset['next']));
    });
    await life.turns();
  };
  return {
    spec: {
      connector: 'c',
      task: 0,
      settings: { maxBufferBytes: 3_000, offsetFlushIntervalMs: 10, offsetFlushTimeoutMs: 5 },
      ...(life.world.guarantee === 'exactly once' ? { exactlyOnce: {} } : {}),
    },
    link: { offsets: { write }, log: silentLogger },
    clock: life.clock,
    timers: life.timers,
    random: life.world.random,
    metrics: new TaskMetrics('source', life.clock),
    signal,
    gate: new PauseGate(),
    checkpoint: () => undefined,
  } as unknown as TaskEnvironment;
}

function writerOf(life: Life, environment: TaskEnvironment, signal: AbortSignal) {
  const { world } = life;
  const producer = new FakeProducer(life);
  const options = {
    environment,
    log: silentLogger,
    prepareTopic: () => life.turns(1),
    onDurable: async (offsets: readonly SourceOffset[]) => {
      for (const { partition, offset } of offsets) {
        life.check(() =>
          expect(world.stored.get(String(partition['p']))).toBeGreaterThanOrEqual(Number(offset['next'])),
        );
      }
    },
  };
  if (world.guarantee === 'exactly once') {
    const boundary: TransactionBoundary = { kind: world.random.next() < 0.5 ? 'poll' : 'interval', intervalMs: 30 };
    return new ExactlyOnceWriter(options, producer as unknown as Producer, new RecordSender(), boundary, OFFSETS);
  }
  const { policy, deadLetters } = policyOf(life, signal, (topic, record) => producer.sendRaw(topic, record));
  const sender = new RecordSender(async (topic, record, error) => {
    if (topic === DEAD || isRetriable(error)) throw error;
    await policy.skip('KAFKA_PRODUCE', 'Producer', error, () => ({ ...failed(''), value: record.value }));
    await deadLetters.settled();
  });
  return new AtLeastOnceWriter(options, producer as unknown as Producer, sender);
}

/** Runs a task until it fails, is stopped or killed, or everything is done. */
async function live(world: World): Promise<void> {
  const life = new Life(world);
  const ending = new AbortController();
  const { signal } = ending;
  const environment = environmentOf(life, signal);
  const letters: { readonly topic: string; readonly record: BytesRecord }[] = [];
  let pump: SourcePump | undefined;
  const { policy } = policyOf(life, signal, async (topic, record) => {
    if (pump === undefined) letters.push({ topic, record });
    else pump.addLetter(topic, record);
  });
  const task: SourceTask = { read: () => read(life, policy, signal), [Symbol.asyncDispose]: () => Promise.resolve() };
  const writer = writerOf(life, environment, signal);
  const run = async (): Promise<void> => {
    await writer.begin();
    const conversion = conversionOf(life);
    pump = new SourcePump({ environment, conversion, policy, task, signal, hasOwnTransactions: false });
    pump.start();
    try {
      await writer.run(pump);
    } catch (error) {
      if (!isRetriable(error)) throw error;
    } finally {
      ending.abort();
      await pump.ended();
    }
  };
  let hasEnded = false;
  const running = run().finally(() => {
    hasEnded = true;
  });
  let calmTurns = 0;
  const isToBeKilled = world.chance(0.5);
  for (let left = 30 + world.random.nextInt(400); left > 0 && !hasEnded && life.failure === undefined; left--) {
    await turn();
    if (world.faults || world.isDone) continue;
    left++;
    if (++calmTurns > CALM_TURNS_MAX) throw new Error(`it hangs: ${JSON.stringify([...world.stored])}`);
  }
  if (isToBeKilled) life.isKilled = true;
  else {
    ending.abort();
    for (let left = CALM_TURNS_MAX; !hasEnded; left--) {
      if (left === 0) throw new Error('it does not end');
      await turn();
    }
    await running;
    // Readers of committed data wait for nobody.
    expect(world.open).toBeUndefined();
  }
  if (life.failure !== undefined) throw life.failure;
}

describe.each(['at least once', 'exactly once'] as const)('a source, %s', (guarantee) => {
  it('stores no offset before what is behind it has arrived, whatever fails', async () => {
    const first = Date.now() % 1_000_000;
    for (let seed = first; seed < first + RUNS; seed++) {
      const world = new World(seed, guarantee);
      try {
        for (let lives = 0; !world.isDone; lives++) {
          world.faults = lives < LIVES_WITH_FAULTS;
          await live(world);
        }
        const most = guarantee === 'exactly once' ? 1 : Infinity;
        for (const [place, count] of world.arrived)
          if (count > most) throw new Error(`${place} came ${String(count)} times`);
      } catch (cause) {
        throw new Error(`seed ${String(seed)}`, { cause });
      }
    }
  }, 60_000);
});
