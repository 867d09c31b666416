import { SeededRandom } from '@millrace/base';
import type { ConfigProperties, InRecord, SourceConnector } from '@millrace/connect-api';

import { TaskProcess, type KillMoment } from '../kill/task-process.ts';
import { MemoryOffsets } from '../memory/memory-offsets.ts';
import { MemoryTopics } from '../memory/memory-topics.ts';
import { memorySourcePorts, SourceRun, type DeadLetter, type SourceRunOptions } from '../run/source-run.ts';
import type { SourceMoment } from '../run/source-task-run.ts';
import { readConfig } from '../run/task-setting.ts';
import {
  casesAbout,
  compareIds,
  END_MS_MAX,
  offered,
  refuse,
  refuseLeaks,
  refuseSecrets,
  refuseUnlessFailed,
  type AcceptanceCase,
  type WithoutSome,
} from './acceptance-case.ts';
import { checkContext, definitionCases, secretsIn, type DefinitionWorld } from './definition-cases.ts';

/** A place of its own to read from: an empty table, a new folder. */
export interface SourceWorld extends DefinitionWorld {
  readonly config: ConfigProperties;
  /** Makes so many new things to read, and returns what tells each apart, in order. */
  write(count: number): Promise<readonly string[]>;
  /** What a record is about; undefined for those that are about nothing that was written, such as heartbeats. */
  idOf(record: InRecord): string | undefined;
  /** Makes something that cannot become a record. */
  poison?(): Promise<void>;
  /** Breaks what the source holds, such as its connection; it has to recover. */
  interrupt?(): Promise<void>;
}

export interface SourceDriver<C> extends WithoutSome {
  readonly plugin: SourceConnector<C>;
  /** URL of the module that exports the plugin: for the cases with processes that are killed. */
  readonly module?: string | URL;
  /** What is written may come out of order, such as when several tables are read. */
  readonly isUnordered?: boolean;
  /** What is written while nobody reads is lost, by the nature of the source. */
  readonly mayLose?: boolean;
  /** How long a case waits for records. Default 30,000. */
  readonly waitMs?: number;
  /** Default 10. */
  readonly kills?: number;
  /** Default random, and told in the message of what is found. */
  readonly seed?: number;
  /** Things to write for the case of memory. Default 20,000. */
  readonly backlog?: number;
  /** Bytes by which a process may grow that is not asked for more. Default 64 MiB. */
  readonly backlogBytesMax?: number;
  readonly open: () => Promise<SourceWorld>;
}

const MOMENTS: readonly SourceMoment[] = ['polled', 'sent', 'stored', 'durable'];
const CRASH_BATCHES = [1, 2];
const AT_ONCE = 5;

export function sourceCases<C>(driver: SourceDriver<C>): readonly AcceptanceCase[] {
  const { plugin, isUnordered = false, mayLose = false } = driver;
  const compare = (expected: readonly string[], run: Seen, mayRepeat: boolean, what: string): void =>
    compareIds(expected, idsOf(run), { mayRepeat, isOrdered: !isUnordered, what });

  const cases: AcceptanceCase[] = [
    ...definitionCases(driver),
    {
      name: 'plans at least one task and no more than allowed, without secrets',
      run: async () => {
        await using world = await driver.open();
        for (const tasksMax of [1, 4]) {
          const options: SourceRunOptions = { tasksMax };
          await using run = SourceRun.start(plugin, world.config, options);
          await run.until(() => run.tasks.length > 0);
          refuseSecrets(secretsIn(plugin, world.config), 'the configuration of a task', run.tasks);
          await run.stop();
        }
      },
    },
    {
      name: 'reads what is there and what comes later, in order',
      run: async () => {
        await using world = await driver.open();
        const ids = mayLose ? [] : [...(await world.write(AT_ONCE))];
        await using run = SourceRun.start(plugin, world.config);
        const seen = { world, topics: run.topics };
        if (mayLose) await becomesAttentive(world, run);
        await run.until(() => isSeen(ids, seen), driver.waitMs);
        for (let round = 0; round < 3; round++) ids.push(...(await world.write(AT_ONCE)));
        await run.until(() => isSeen(ids, seen), driver.waitMs);
        await run.stop();
        if (!mayLose) compare(ids, seen, false, 'without any fault');
      },
    },
    {
      name: 'accepts the offsets that it has stored itself',
      run: async () => {
        await using world = await driver.open();
        await using run = SourceRun.start(plugin, world.config);
        if (mayLose) await becomesAttentive(world, run);
        const ids = await world.write(AT_ONCE);
        await run.until(() => isSeen(ids, { world, topics: run.topics }), driver.waitMs);
        await run.stop();
        await plugin.alterOffsets?.(readConfig(plugin.config, world.config), run.offsets.all, checkContext());
      },
    },
    {
      name: 'ends within a second when there is nothing to read',
      run: async () => {
        await using world = await driver.open();
        await using run = SourceRun.start(plugin, world.config);
        if (mayLose) await becomesAttentive(world, run);
        else {
          const ids = await world.write(1);
          await run.until(() => isSeen(ids, { world, topics: run.topics }), driver.waitMs);
        }
        refuseSlowEnd(await run.stop());
      },
    },
    {
      name: 'leaves nothing open',
      run: async () => {
        await using world = await driver.open();
        const offsets = new MemoryOffsets();
        await refuseLeaks(async () => {
          await using run = SourceRun.start(plugin, world.config, { offsets });
          if (mayLose) await becomesAttentive(world, run);
          const ids = await world.write(1);
          await run.until(() => isSeen(ids, { world, topics: run.topics }), driver.waitMs);
          await run.stop();
        });
      },
    },
    {
      name: 'keeps secrets in logs and errors',
      run: async () => {
        await using world = await driver.open();
        for (const config of [world.config, ...(world.brokenConfigs ?? [])]) {
          await using run = SourceRun.start(plugin, config, { retriesMax: 1 });
          const isBroken = config !== world.config;
          // One that cannot work fails, or tries for good; either way it tells why.
          const ended = await run
            .until(() => (isBroken ? run.logs.some(({ level }) => level === 'error') : run.tasks.length > 0), 5_000)
            .catch((error: unknown) => error);
          await run[Symbol.asyncDispose]();
          refuseSecrets(secretsIn(plugin, config), 'logs', run.logs);
          refuseSecrets(secretsIn(plugin, config), 'an error', [ended]);
        }
      },
    },
    ...poisonCases(driver),
    ...interruptionCases(driver, compare),
  ];
  if (mayLose) return cases;
  return [
    ...cases,
    {
      name: 'ends within a second in the midst of reading',
      run: async () => {
        await using world = await driver.open();
        const ids = await world.write(500);
        await using run = SourceRun.start(plugin, world.config);
        await run.until(1);
        refuseSlowEnd(await run.stop());
        await using next = SourceRun.start(plugin, world.config, { topics: run.topics, offsets: run.offsets });
        const seen = { world, topics: run.topics };
        await next.until(() => isSeen(ids, seen), driver.waitMs);
        await next.stop();
        compare(ids, seen, false, 'after an orderly end');
      },
    },
    ...MOMENTS.flatMap((at) => CRASH_BATCHES.map((batch) => crashCase(driver, at, batch, compare))),
    ...processCases(driver, compare),
  ];
}

interface Seen {
  readonly world: SourceWorld;
  readonly topics: MemoryTopics;
}

type Compare = (expected: readonly string[], seen: Seen, mayRepeat: boolean, what: string) => void;

function idsOf({ world, topics }: Seen): readonly string[] {
  return topics.records.flatMap((record) => world.idOf(record) ?? []);
}

function isSeen(ids: readonly string[], seen: Seen): boolean {
  if (seen.topics.records.length < ids.length) return false;
  const found = new Set(idsOf(seen));
  return ids.every((id) => found.has(id));
}

function refuseSlowEnd(milliseconds: number): void {
  if (milliseconds > END_MS_MAX) refuse(`it took ${Math.round(milliseconds)} ms to end, and may take ${END_MS_MAX}`);
}

/** What cannot be read later is written until the source has seen some of it. */
async function becomesAttentive(world: SourceWorld, run: SourceRun): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (run.records.length === 0) {
    if (performance.now() > deadline) refuse('nothing that is written is seen');
    await world.write(1);
    await run.until(() => run.records.length > 0, 200).catch(() => undefined);
  }
}

/** Each crash in two ways of storing: offsets behind records, and both in a transaction. */
function crashCase<C>(driver: SourceDriver<C>, at: SourceMoment, batch: number, compare: Compare): AcceptanceCase {
  const { plugin } = driver;
  return {
    name: `loses nothing when it is killed at "${at}" of batch ${batch}`,
    run: async () => {
      await using first = await driver.open();
      const isExact = plugin.delivery(readConfig(plugin.config, first.config)).exactlyOnce;
      for (const exactlyOnce of isExact ? [false, true] : [false]) {
        await using world = await driver.open();
        const seen = { world, topics: new MemoryTopics() };
        const offsets = new MemoryOffsets();
        const use = { topics: seen.topics, offsets, exactlyOnce };
        const ids = [...(await world.write(AT_ONCE))];

        await using crashing = SourceRun.start(plugin, world.config, { ...use, crash: { at, batch } });
        for (let round = 0; round < 3 && !crashing.isCrashed; round++) {
          await crashing.until(() => crashing.isCrashed || isSeen(ids, seen), driver.waitMs);
          ids.push(...(await world.write(AT_ONCE)));
        }
        await crashing[Symbol.asyncDispose]();
        await using next = SourceRun.start(plugin, world.config, use);
        ids.push(...(await world.write(AT_ONCE)));
        await next.until(() => isSeen(ids, seen), driver.waitMs);
        await next.stop();

        // What was sent and not stored comes again; nothing else does.
        const mayRepeat = !isExact || (!exactlyOnce && at === 'sent');
        compare(ids, seen, mayRepeat, exactlyOnce ? 'exactly once' : 'at least once');
      }
    },
  };
}

function poisonCases<C>(driver: SourceDriver<C>): readonly AcceptanceCase[] {
  const { plugin, open } = driver;
  return casesAbout('poison', driver, [
    {
      name: 'reports what cannot become a record, and reads on',
      run: async () => {
        await using world = await open();
        const poison = offered(world, 'poison');
        await using run = SourceRun.start(plugin, world.config, { errorsTolerance: 'all' });
        const before = await world.write(1);
        await run.until(() => isSeen(before, { world, topics: run.topics }), driver.waitMs);
        await poison();
        const after = await world.write(AT_ONCE);
        await run.until(
          () => isSeen(after, { world, topics: run.topics }) && run.deadLetters.length > 0,
          driver.waitMs,
        );
        await run.stop();
        if (run.deadLetters.length !== 1) refuse(`${run.deadLetters.length} dead letters of one poisonous thing`);
      },
    },
    {
      name: 'fails when it cannot make a record and that is not tolerated',
      run: async () => {
        await using world = await open();
        const poison = offered(world, 'poison');
        await using run = SourceRun.start(plugin, world.config);
        const before = await world.write(1);
        await run.until(() => isSeen(before, { world, topics: run.topics }), driver.waitMs);
        await poison();
        await refuseUnlessFailed(run.until(() => false, driver.waitMs ?? 10_000));
      },
    },
  ]);
}

function interruptionCases<C>(driver: SourceDriver<C>, compare: Compare): readonly AcceptanceCase[] {
  const { plugin, open, mayLose = false } = driver;
  return casesAbout('interrupt', driver, [
    {
      name: 'recovers when what it reads from breaks away',
      run: async () => {
        await using world = await open();
        const interrupt = offered(world, 'interrupt');
        await using run = SourceRun.start(plugin, world.config, { exactlyOnce: true });
        const seen = { world, topics: run.topics };
        if (mayLose) await becomesAttentive(world, run);
        const ids = [...(await world.write(AT_ONCE))];
        await run.until(() => isSeen(ids, seen), driver.waitMs);
        for (let round = 0; round < 3; round++) {
          await interrupt();
          if (mayLose) {
            const count = run.records.length;
            while (run.records.length === count) {
              await world.write(1);
              await run.until(() => run.records.length > count, 200).catch(() => undefined);
            }
          } else {
            ids.push(...(await world.write(AT_ONCE)));
            await run.until(() => isSeen(ids, seen), driver.waitMs);
          }
        }
        await run.stop();
        const isExact = plugin.delivery(readConfig(plugin.config, world.config)).exactlyOnce;
        if (!mayLose) compare(ids, seen, !isExact, 'after interruptions');
      },
    },
  ]);
}

function processCases<C>(driver: SourceDriver<C>, compare: Compare): readonly AcceptanceCase[] {
  const { plugin, module, kills = 10, backlog = 20_000, backlogBytesMax = 64 * 1024 * 1024 } = driver;
  if (module === undefined) return [];
  const seed = driver.seed ?? Math.floor(Math.random() * 2 ** 31);
  return [
    {
      name: `loses nothing when its process is killed ${kills} times (seed ${seed})`,
      run: async () => {
        const random = new SeededRandom(seed);
        await using world = await driver.open();
        const { exactlyOnce } = plugin.delivery(readConfig(plugin.config, world.config));
        const seen = { world, topics: new MemoryTopics() };
        const ports = memorySourcePorts(seen.topics, new MemoryOffsets(), []);
        const use = { module, plugin: plugin.name, properties: world.config, options: { exactlyOnce } };
        const ids: string[] = [];
        for (let cycle = 0; cycle < kills; cycle++) {
          ids.push(...(await world.write(AT_ONCE)));
          await using task = TaskProcess.source({ ...use, kill: killMoment(random) }, ports);
          await task.until(() => task.isKilled || isSeen(ids, seen), driver.waitMs);
          await task.kill();
        }
        ids.push(...(await world.write(AT_ONCE)));
        await using last = TaskProcess.source(use, ports);
        await last.until(() => isSeen(ids, seen), driver.waitMs);
        await last.stop();
        compare(ids, seen, !exactlyOnce, `seed ${seed}`);
      },
    },
    {
      name: 'reads no further than it is asked to',
      run: async () => {
        await using world = await driver.open();
        const deadLetters: DeadLetter[] = [];
        const topics = new MemoryTopics();
        const open = Promise.withResolvers<void>();
        const ports = memorySourcePorts(topics, new MemoryOffsets(), deadLetters);
        let isAsked = false;
        const blocked = {
          ...ports,
          append: async (records: Parameters<typeof ports.append>[0]) => {
            isAsked = true;
            await open.promise;
            await ports.append(records);
          },
        };
        await using task = TaskProcess.source({ module, plugin: plugin.name, properties: world.config }, blocked);
        const ids = [...(await world.write(1))];
        await task.until(() => isAsked && task.rssBytes > 0);
        const before = task.rssBytes;
        ids.push(...(await world.write(backlog)));
        await rests(task);
        const grown = task.rssBytes - before;
        if (grown > backlogBytesMax) refuse(`its process has grown by ${grown} bytes while nobody took its records`);
        open.resolve();
        await task.until(() => isSeen(ids, { world, topics }), 60_000);
        await task.stop();
      },
    },
  ];
}

/** Until its memory is the same for a second. */
async function rests(task: TaskProcess): Promise<void> {
  let last = task.rssBytes;
  let since = performance.now();
  await task.until(() => {
    if (Math.abs(task.rssBytes - last) > 1024 * 1024) {
      last = task.rssBytes;
      since = performance.now();
    }
    return performance.now() - since > 1_000;
  });
}

/** Between any two acts of the first few, or somewhere in the midst of them. */
export function killMoment(random: SeededRandom): KillMoment {
  return random.next() < 0.7
    ? { call: 1 + random.nextInt(4), isApplied: random.next() < 0.5 }
    : { afterMs: random.nextInt(60) };
}
