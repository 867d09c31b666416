import { SeededRandom } from '@millrace/base';
import type { ConfigProperties, OutRecord, SinkConnector } from '@millrace/connect-api';

import { TaskProcess } from '../kill/task-process.ts';
import { MemoryGroup } from '../memory/memory-group.ts';
import { MemoryTopics } from '../memory/memory-topics.ts';
import { memorySinkPorts, runSink, SinkRun } from '../run/sink-run.ts';
import type { SinkMoment } from '../run/sink-task-run.ts';
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
import { definitionCases, secretsIn, type DefinitionWorld } from './definition-cases.ts';
import { killMoment } from './source-cases.ts';

/** A place of its own to write to: an empty table, a new bucket. */
export interface SinkWorld extends DefinitionWorld {
  readonly config: ConfigProperties;
  /** The n-th record; each n is another thing. A topic without a partition is spread over four. */
  record(n: number): { readonly id: string; readonly record: OutRecord };
  /** Ids of everything in the target, as often as it is there. */
  stored(): Promise<readonly string[]>;
  /** A record that the target cannot take. */
  poison?(): OutRecord;
  /** Deletes the n-th thing. */
  tombstone?(n: number): OutRecord;
  /** Breaks what the sink holds, such as its connection; it has to recover. */
  interrupt?(): Promise<void>;
}

export interface SinkDriver<C> extends WithoutSome {
  readonly plugin: SinkConnector<C>;
  /** URL of the module that exports the plugin: for the cases with processes that are killed. */
  readonly module?: string | URL;
  /** Whether records that are handed over again after a fault may be in the target twice. Default false. */
  readonly mayRepeat?: boolean;
  /** Records that come again from the beginning of a topic are written again, by the nature of the target. Default false. */
  readonly rewritesOnReset?: boolean;
  /** Default 10. */
  readonly kills?: number;
  /** Default random, and told in the message of what is found. */
  readonly seed?: number;
  readonly open: () => Promise<SinkWorld>;
}

const MOMENTS: readonly SinkMoment[] = ['fetched', 'written', 'flushed', 'committed'];
const PARTITIONS = 4;

export function sinkCases<C>(driver: SinkDriver<C>): readonly AcceptanceCase[] {
  const { plugin, mayRepeat = false } = driver;
  return [
    ...definitionCases(driver),
    {
      name: 'writes every record once, of all partitions',
      run: async () => {
        await using world = await driver.open();
        const { ids, topics, group } = filled(world, 0, 50);
        await using run = await runSink(plugin, world.config, [], { topics, group, batchRecordsMax: 7 });
        refuseSecrets(secretsIn(plugin, world.config), 'the configuration of a task', run.tasks);
        await refuseDifference(world, ids, false, 'without any fault');
      },
    },
    {
      name: 'writes every record once when it is flushed rarely',
      run: async () => {
        await using world = await driver.open();
        const { ids, topics, group } = filled(world, 0, 50);
        const rarely = { batchRecordsMax: 7, batchesPerFlush: 1_000, idleFlushMs: 600_000 };
        await using run = SinkRun.start(plugin, world.config, { topics, group, ...rarely });
        await run.until(() => run.written >= 50);
        await run.stop();
        if (run.lag > 0) refuse(`${run.lag} records are not committed after an orderly end`);
        await refuseDifference(world, ids, false, 'flushed at the end');
      },
    },
    {
      name: 'goes on with other tasks where the ones before have ended',
      run: async () => {
        await using world = await driver.open();
        const { ids, topics, group } = filled(world, 0, 40);
        for (const [round, tasksMax] of [1, 2, 1].entries()) {
          await using run = await runSink(plugin, world.config, [], { topics, group, tasksMax, batchRecordsMax: 7 });
          await run.stop();
          if (round < 2) ids.push(...append(world, topics, 40 + round * 20, 20));
        }
        await using last = await runSink(plugin, world.config, [], { topics, group });
        await last.stop();
        await refuseDifference(world, ids, false, 'after tasks took over from each other');
      },
    },
    {
      name: 'ends within a second when there is nothing to write',
      run: async () => {
        await using world = await driver.open();
        const { topics, group } = filled(world, 0, 5);
        await using run = SinkRun.start(plugin, world.config, { topics, group });
        await run.until();
        const took = await run.stop();
        if (took > END_MS_MAX) refuse(`it took ${Math.round(took)} ms to end, and may take ${END_MS_MAX}`);
      },
    },
    {
      name: 'loses nothing when it is ended in the midst of writing',
      run: async () => {
        await using world = await driver.open();
        const { ids, topics, group } = filled(world, 0, 200);
        await using run = SinkRun.start(plugin, world.config, { topics, group, batchRecordsMax: 5 });
        await run.until(() => run.written >= 5);
        await run.stop();
        await using next = await runSink(plugin, world.config, [], { topics, group });
        await next.stop();
        await refuseDifference(world, ids, mayRepeat, 'after an orderly end');
      },
    },
    {
      name: 'leaves nothing open',
      run: async () => {
        await using world = await driver.open();
        const { topics, group } = filled(world, 0, 1);
        let next = 1;
        await refuseLeaks(async () => {
          append(world, topics, next++, 1);
          await using run = await runSink(plugin, world.config, [], { topics, group });
          await run.stop();
        });
      },
    },
    {
      name: 'keeps secrets in logs and errors',
      run: async () => {
        await using world = await driver.open();
        for (const config of [world.config, ...(world.brokenConfigs ?? [])]) {
          const { topics, group } = filled(world, 0, 1);
          await using run = SinkRun.start(plugin, config, { topics, group, retriesMax: 1 });
          const ended = await run
            .until(() => run.lag === 0 || run.logs.some(({ level }) => level === 'error'), 5_000)
            .catch((error: unknown) => error);
          await run[Symbol.asyncDispose]();
          refuseSecrets(secretsIn(plugin, config), 'logs', run.logs);
          refuseSecrets(secretsIn(plugin, config), 'an error', [ended]);
        }
      },
    },
    ...MOMENTS.flatMap((at) => [1, 2].map((batch) => crashCase(driver, at, batch))),
    ...poisonCases(driver),
    ...targetCases(driver),
    ...processCases(driver),
  ];
}

function filled(
  world: SinkWorld,
  from: number,
  count: number,
): {
  readonly ids: string[];
  readonly topics: MemoryTopics;
  readonly group: MemoryGroup;
} {
  const topics = new MemoryTopics({ partitions: PARTITIONS });
  return { ids: append(world, topics, from, count), topics, group: new MemoryGroup() };
}

function append(world: SinkWorld, topics: MemoryTopics, from: number, count: number): string[] {
  const made = Array.from({ length: count }, (_, index) => world.record(from + index));
  topics.append(made.map(({ record }) => record));
  return made.map(({ id }) => id);
}

async function refuseDifference(
  world: SinkWorld,
  ids: readonly string[],
  mayRepeat: boolean,
  what: string,
): Promise<void> {
  compareIds(ids, await world.stored(), { mayRepeat, isOrdered: false, what });
}

function crashCase<C>(driver: SinkDriver<C>, at: SinkMoment, batch: number): AcceptanceCase {
  const { plugin, mayRepeat = false } = driver;
  return {
    name: `loses nothing when it is killed at "${at}" of batch ${batch}`,
    run: async () => {
      await using world = await driver.open();
      const { ids, topics, group } = filled(world, 0, 40);
      const crash = { at, batch };
      await using run = await runSink(plugin, world.config, [], { topics, group, batchRecordsMax: 7, crash });
      if (!run.isCrashed) refuse('the run did not come so far');
      ids.push(...append(world, topics, 40, 20));
      await using next = await runSink(plugin, world.config, [], { topics, group, batchRecordsMax: 9 });
      await next.stop();
      await refuseDifference(world, ids, mayRepeat, `killed at ${at}`);
    },
  };
}

function poisonCases<C>(driver: SinkDriver<C>): readonly AcceptanceCase[] {
  const { plugin, open, mayRepeat = false } = driver;
  return casesAbout('poison', driver, [
    {
      name: 'reports a record that its target cannot take, and writes those around it',
      run: async () => {
        await using world = await open();
        const poison = offered(world, 'poison');
        const { ids, topics, group } = filled(world, 0, 10);
        topics.append([poison()]);
        ids.push(...append(world, topics, 10, 10));
        await using run = await runSink(plugin, world.config, [], { topics, group, errorsTolerance: 'all' });
        if (run.deadLetters.length !== 1) refuse(`${run.deadLetters.length} dead letters of one poisonous record`);
        await refuseDifference(world, ids, mayRepeat, 'around a poisonous record');
      },
    },
    {
      name: 'fails at such a record when that is not tolerated, and loses none of the others',
      run: async () => {
        await using world = await open();
        const poison = offered(world, 'poison');
        const { ids, topics, group } = filled(world, 0, 10);
        topics.append([poison()]);
        ids.push(...append(world, topics, 10, 10));
        await using run = SinkRun.start(plugin, world.config, { topics, group, retriesMax: 1 });
        await refuseUnlessFailed(run.until());
        await using next = await runSink(plugin, world.config, [], { topics, group, errorsTolerance: 'all' });
        await next.stop();
        await refuseDifference(world, ids, mayRepeat, 'after the failure');
      },
    },
  ]);
}

function targetCases<C>(driver: SinkDriver<C>): readonly AcceptanceCase[] {
  const { plugin, open, mayRepeat = false, rewritesOnReset = false } = driver;
  const resetCases: readonly AcceptanceCase[] = [
    {
      name: 'takes records again that it has written before',
      run: async () => {
        await using world = await open();
        const { ids, topics, group } = filled(world, 0, 30);
        await using run = await runSink(plugin, world.config, [], { topics, group, batchRecordsMax: 7 });
        await run.stop();
        await using again = await runSink(plugin, world.config, [], {
          topics,
          group: new MemoryGroup(),
          batchRecordsMax: 11,
        });
        await again.stop();
        await refuseDifference(world, ids, mayRepeat, 'handed over again');
      },
    },
  ];
  return [
    ...(rewritesOnReset ? [] : resetCases),
    ...casesAbout('tombstone', driver, [
      {
        name: 'deletes what a tombstone names',
        run: async () => {
          await using world = await open();
          const tombstone = offered(world, 'tombstone');
          const { ids, topics, group } = filled(world, 0, 6);
          topics.append([tombstone(2), tombstone(4)]);
          await using run = await runSink(plugin, world.config, [], { topics, group });
          await run.stop();
          await refuseDifference(
            world,
            ids.filter((_id, n) => n !== 2 && n !== 4),
            mayRepeat,
            'after tombstones',
          );
        },
      },
    ]),
    ...casesAbout('interrupt', driver, [
      {
        name: 'recovers when its target breaks away',
        run: async () => {
          await using world = await open();
          const interrupt = offered(world, 'interrupt');
          const { ids, topics, group } = filled(world, 0, 10);
          await using run = SinkRun.start(plugin, world.config, { topics, group, retriesMax: 100 });
          await run.until();
          for (let round = 0; round < 3; round++) {
            await interrupt();
            ids.push(...append(world, topics, 10 + round * 10, 10));
            await run.until();
          }
          await run.stop();
          await refuseDifference(world, ids, mayRepeat, 'after interruptions');
        },
      },
    ]),
    ...rebalanceCases(driver),
  ];
}

/** Partitions go and come back while records are in the sink's hands, by two ways. */
function rebalanceCases<C>({ plugin, open, mayRepeat = false }: SinkDriver<C>): readonly AcceptanceCase[] {
  const rarely = { batchRecordsMax: 5, batchesPerFlush: 1_000 };
  const rebalanced = async (isLost: boolean): Promise<void> => {
    await using world = await open();
    const { ids, topics, group } = filled(world, 0, 40);
    await using run = SinkRun.start(plugin, world.config, { topics, group, ...rarely });
    for (let round = 0; round < 2; round++) {
      const before = run.written;
      ids.push(...append(world, topics, 40 + round * 20, 20));
      await run.until(() => run.written >= before + 10);
      await run.rebalance({ isLost });
    }
    await run.until();
    await run.stop();
    await refuseDifference(world, ids, isLost && mayRepeat, isLost ? 'after partitions were lost' : 'after rebalances');
  };
  return [
    { name: 'writes every record once while partitions go and come back', run: () => rebalanced(false) },
    { name: 'loses nothing when partitions are lost before they are flushed', run: () => rebalanced(true) },
  ];
}

function processCases<C>(driver: SinkDriver<C>): readonly AcceptanceCase[] {
  const { plugin, module, kills = 10, mayRepeat = false } = driver;
  if (module === undefined) return [];
  const seed = driver.seed ?? Math.floor(Math.random() * 2 ** 31);
  return [
    {
      name: `loses nothing when its process is killed ${kills} times (seed ${seed})`,
      run: async () => {
        const random = new SeededRandom(seed);
        await using world = await driver.open();
        const { ids, topics, group } = filled(world, 0, 20);
        const ports = memorySinkPorts(topics, group, [], { task: 0, tasks: 1 });
        const isDone = (): boolean =>
          topics.partitions.every((partition) => group.offset(partition) === topics.endOffset(partition));
        const use = {
          module,
          plugin: plugin.name,
          properties: world.config,
          options: { batchRecordsMax: 3, batchesPerFlush: 2 },
        };
        for (let cycle = 0; cycle < kills; cycle++) {
          ids.push(...append(world, topics, 20 + cycle * 10, 10));
          await using task = TaskProcess.sink({ ...use, kill: killMoment(random) }, ports);
          await task.until(() => task.isKilled || isDone());
          await task.kill();
        }
        await using last = TaskProcess.sink(use, ports);
        await last.until(isDone, 60_000).catch(refuseWith(seed));
        await last.stop();
        await refuseDifference(world, ids, mayRepeat, `seed ${seed}`);
      },
    },
  ];
}

function refuseWith(seed: number): (error: unknown) => never {
  return (error) => refuse(`${error instanceof Error ? error.message : String(error)} (seed ${seed})`);
}
