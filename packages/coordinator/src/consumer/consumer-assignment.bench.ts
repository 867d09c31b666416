/**
 * What a large consumer group costs: 1,000 members that share 10,000 partitions, through the whole coordinator with a log in memory.
 * It prints the CPU time of each change of the group, from the request to the new target, and the longest time for which the event loop was held.
 *
 *   node --expose-gc --conditions=@millrace/source packages/coordinator/src/consumer/consumer-assignment.bench.ts [members] [partitions]
 */
import { noMetrics, silentLogger, systemClock, systemRandom, systemTimers } from '@millrace/base';
import { createMemoryLogEngine, type LogConfig } from '@millrace/log';
import { createConsumerGroupDescribeRequest } from '@millrace/protocol/messages/69-consumer-group-describe';
import { createConsumerGroupHeartbeatRequest } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { DEFAULT_GROUP_COORDINATOR_CONFIG } from '../config.ts';
import { createGroupCoordinator } from '../group-coordinator-service.ts';
import type { KnownTopic } from '../topic-directory.ts';

const MEMBERS = Number(process.argv[2] ?? 1_000);
const PARTITIONS = Number(process.argv[3] ?? 10_000);
const TOPICS = 10;
const CONTEXT = { apiVersion: 1, clientId: 'bench', clientHost: '/127.0.0.1' };

const topics = new Map<string, KnownTopic>();
for (let at = 0; at < TOPICS; at++) {
  const topicId = Buffer.alloc(16, at + 1).toString('base64url');
  topics.set(`topic-${at}`, { name: `topic-${at}`, topicId, partitionCount: PARTITIONS / TOPICS });
}

const LOG_CONFIG: LogConfig = {
  durability: 'fsync',
  segmentBytes: 104_857_600,
  segmentMs: 604_800_000,
  retentionBytes: -1,
  retentionMs: -1,
  cleanupDelete: false,
  cleanupCompact: true,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  fileDeleteDelayMs: 60_000,
};

/** CPU time of this thread, which other work on the machine does not change. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The longest turn of the event loop since it was asked for last, in CPU time of its thread. */
class Stalls {
  #lastMs = threadCpuMs();
  #longestMs = 0;
  #isOver = false;

  constructor() {
    this.#watch();
  }

  take(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  stop(): void {
    this.#isOver = true;
  }

  #watch(): void {
    if (this.#isOver) return;
    const nowMs = threadCpuMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    setImmediate(() => this.#watch());
  }
}

async function main(): Promise<void> {
  let version = 1;
  const engine = createMemoryLogEngine({ clock: systemClock, timers: systemTimers, logger: silentLogger });
  const coordinator = createGroupCoordinator({
    config: { ...DEFAULT_GROUP_COORDINATOR_CONFIG, offsetsTopicNumPartitions: 1, groupConsumerAssignmentIntervalMs: 0 },
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
    topics: {
      get version() {
        return version;
      },
      byName: (name) => topics.get(name),
      byId: (topicId) => [...topics.values()].find((topic) => topic.topicId === topicId),
      names: () => topics.keys(),
    },
  });
  await coordinator.load(0, await openLog(engine));
  const heartbeat = (member: number, memberEpoch: number, names: readonly string[] | null = null) =>
    coordinator.consumerGroupHeartbeat(
      CONTEXT,
      createConsumerGroupHeartbeatRequest({
        groupId: 'g',
        memberId: `member-${String(member).padStart(5, '0')}`,
        memberEpoch,
        rebalanceTimeoutMs: memberEpoch === 0 ? 60_000 : -1,
        subscribedTopicNames: names,
        topicPartitions: memberEpoch === 0 ? [] : null,
      }),
    );
  const settled = async (): Promise<void> => {
    for (;;) {
      const request = createConsumerGroupDescribeRequest({ groupIds: ['g'] });
      const [group] = (await coordinator.describeConsumerGroups(CONTEXT, request)).groups;
      if (group !== undefined && group.groupEpoch === group.assignmentEpoch) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const names = [...topics.keys()];
  const stalls = new Stalls();
  await measure('all members join at once', stalls, async () => {
    const joined: Promise<unknown>[] = [];
    for (let at = 0; at < MEMBERS; at++) {
      joined.push(heartbeat(at, 0, names));
      // As from sockets: some with each turn.
      if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(joined);
    await settled();
  });
  for (let round = 0; round < 5; round++) {
    await measure('a member joins', stalls, async () => {
      await heartbeat(MEMBERS + round, 0, names);
      await settled();
    });
    await measure('a member leaves', stalls, async () => {
      await heartbeat(round, -1);
      await settled();
    });
  }
  await measure('a topic grows', stalls, async () => {
    topics.set('topic-0', { ...(topics.get('topic-0') as KnownTopic), partitionCount: PARTITIONS / TOPICS + 500 });
    version++;
    await heartbeat(MEMBERS, -1);
    await settled();
  });
  await measure('a member wants other topics', stalls, async () => {
    await heartbeat(MEMBERS + 7, 0, names.slice(0, 5));
    await settled();
  });
  await measure('a member leaves, wants differ', stalls, async () => {
    await heartbeat(MEMBERS - 1, -1);
    await settled();
  });
  stalls.stop();
  await coordinator.close();
}

async function measure(what: string, stalls: Stalls, change: () => Promise<void>): Promise<void> {
  (globalThis as { gc?: () => void }).gc?.();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  stalls.take();
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  await change();
  const { user, system } = process.cpuUsage(startCpu);
  const tookMs = performance.now() - startMs;
  console.info(
    `${what.padEnd(30)} cpu ${((user + system) / 1_000).toFixed(0).padStart(5)} ms, took ${tookMs.toFixed(0).padStart(5)} ms, longest turn ${stalls.take().toFixed(1).padStart(5)} ms`,
  );
}

async function openLog(engine: ReturnType<typeof createMemoryLogEngine>) {
  return engine.openPartition(
    { topicId: Buffer.alloc(16, 99).toString('base64url'), partition: 0 },
    {
      config: LOG_CONFIG,
      leaderEpoch: 0,
    },
  );
}

await main();
