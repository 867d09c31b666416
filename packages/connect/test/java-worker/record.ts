/**
 * Records what Apache Kafka's workers write into their internal topics and say in their group, as vectors for ours:
 *
 *   node --conditions=@millrace/source test/java-worker/record.ts
 *
 * Writes `topics.jsonl` (records of the three topics, in order of each partition) and `group.jsonl` (members of the group with what they
 * said and were assigned, in several situations). Needs Java and the jars that `tools/conformance` fetches.
 */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, startBroker, WireClient, type TestBroker } from '@millrace/testing';
import {
  createDescribeGroupsRequest,
  describeGroupsRequest,
  describeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import { eventually, JavaWorker, javaWorkerLibs } from './java-worker.ts';

const GROUP = 'connect-cluster';
const TOPICS = ['connect-configs', 'connect-offsets', 'connect-status'] as const;
const SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector';

const libs = javaWorkerLibs();
if (libs === undefined)
  throw new Error('no jars of Kafka Connect: run `nx run @millrace/conformance:itest` once, it fetches them');

await using dir = await createTempDir('java-worker');
await using broker = await startBroker({ topics: { lines: 2 } });

function worker(): JavaWorker {
  return new JavaWorker(libs as string, dir.path, {
    'bootstrap.servers': broker.bootstrapServers,
    'group.id': GROUP,
    'config.storage.topic': TOPICS[0],
    'offset.storage.topic': TOPICS[1],
    'status.storage.topic': TOPICS[2],
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '3',
    'status.storage.partitions': '2',
    'exactly.once.source.support': 'enabled',
    'offset.flush.interval.ms': '500',
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '500',
    'scheduled.rebalance.max.delay.ms': '4000',
  });
}

await writeFile(join(import.meta.dirname, 'group.jsonl'), '');

/** Appends who is in the group, with the bytes that they said and got. */
async function recordGroup(situation: string, members: number): Promise<void> {
  await using client = await WireClient.connect({ port: Number(broker.bootstrapServers.split(':')[1]) });
  await eventually(async () => {
    const request = createDescribeGroupsRequest({ groups: [GROUP] });
    const { groups } = await client.call(describeGroupsRequest, describeGroupsResponse, 5, request);
    const [group] = groups;
    if (group?.groupState !== 'Stable' || group.members.length !== members) return false;
    const line = {
      situation,
      protocolType: group.protocolType,
      protocol: group.protocolData,
      members: group.members.map((member) => ({
        memberId: member.memberId,
        metadata: Buffer.from(member.memberMetadata).toString('hex'),
        assignment: Buffer.from(member.memberAssignment).toString('hex'),
      })),
    };
    await appendFile(join(import.meta.dirname, 'group.jsonl'), `${JSON.stringify(line)}\n`);
    return true;
  });
}

await using first = worker();
await first.start();
await recordGroup('one worker, nothing configured', 1);

const input = join(dir.path, 'input.txt');
await writeFile(input, 'one\ntwo\nthree\n');
const source = { 'connector.class': SOURCE, 'tasks.max': '1', file: input, topic: 'lines' };
const sink = { 'connector.class': SINK, 'tasks.max': '2', file: join(dir.path, 'output.txt'), topics: 'lines' };
await first.call('PUT', '/connectors/file-source/config', source);
await first.reaches('file-source', 'RUNNING', 1);
await first.call('POST', '/connectors', { name: 'file-sink', config: sink, initial_state: 'PAUSED' });
await first.reaches('file-sink', 'PAUSED', 0);
await eventually(async () => (await broker.records('lines')).length >= 3);
await first.call('PUT', '/connectors/file-sink/resume');
await first.reaches('file-sink', 'RUNNING', 2);
await recordGroup('one worker, a source with a task and a sink with two', 1);

await first.call('PUT', '/connectors/file-source/pause');
await first.reaches('file-source', 'PAUSED', 1);
await first.call('PUT', '/connectors/file-source/stop');
await first.reaches('file-source', 'STOPPED', 0);
await first.call('PATCH', '/connectors/file-source/offsets', {
  offsets: [{ partition: { filename: input }, offset: { position: 4 } }],
});
await first.call('PUT', '/connectors/file-source/resume');
await first.reaches('file-source', 'RUNNING', 1);
await first.call('POST', '/connectors/file-source/restart?includeTasks=true&onlyFailed=false');
await first.reaches('file-source', 'RUNNING', 1);
await first.call('PUT', '/admin/loggers/org.apache.kafka.connect.file?scope=cluster', { level: 'DEBUG' });
await eventually(async () => (await broker.records('lines')).length >= 5);
await first
  .call('PUT', '/connectors/broken/config', { ...source, topic: 'no topic name!', 'key.converter': SOURCE })
  .catch(() => undefined);

/** Where tasks run, once all of them run. */
async function workersOfTasks(): Promise<ReadonlySet<string>> {
  const workers = new Set<string>();
  for (const name of ['file-source', 'file-sink']) {
    const { body } = await first.call('GET', `/connectors/${name}/status`);
    const { tasks } = body as { tasks: { worker_id: string; state: string }[] };
    if (tasks.length === 0 || tasks.some((task) => task.state !== 'RUNNING')) return new Set();
    for (const { worker_id: id } of tasks) workers.add(id);
  }
  return workers;
}

await using second = worker();
await second.start();
await eventually(async () => (await workersOfTasks()).size === 2);
await recordGroup('two workers', 2);
await second.stop('SIGKILL');
await recordGroup('one of two workers was killed, the delay goes on', 1);
await eventually(async () => {
  const workers = await workersOfTasks();
  return workers.size === 1 && workers.has(new URL(first.url).host);
});
await recordGroup('one of two workers was killed, the delay is over', 1);

await first.call('DELETE', '/connectors/file-sink');
await first.call('PUT', '/connectors/file-source/stop');
await first.reaches('file-source', 'STOPPED', 0);
await first.call('DELETE', '/connectors/file-source/offsets');
await first.call('DELETE', '/connectors/file-source');
await eventually(async () => {
  const { body } = await first.call('GET', '/connectors');
  return (body as string[]).length === 0;
});
await first.stop();

await writeFile(join(import.meta.dirname, 'topics.jsonl'), await recordsOf(broker));

async function recordsOf(from: TestBroker): Promise<string> {
  let text = '';
  for (const topic of TOPICS) {
    for (const { partition, offset, key, value, headers } of await from.records(topic)) {
      text += `${JSON.stringify({ topic, partition, offset, key, value, headers })}\n`;
    }
  }
  return text;
}
