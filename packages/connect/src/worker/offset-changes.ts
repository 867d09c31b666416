/**
 * Offsets of a connector, read and altered while none of its tasks runs (KIP-875): of a source in the offset store, of a sink in its group.
 *
 * Invariants: the plugin is asked first, and what it refuses changes nothing.
 */
import { messageOf, MillraceError } from '@millrace/base';
import type { ConfigProperties, Position, TopicPartition } from '@millrace/connect-api';
import { allOrThrow, kafka, oneOrThrow, type Admin } from '@millrace/sdk';
import type { ConnectorOffset } from '../herder/herder.ts';
import { HerderError } from '../herder/herder-error.ts';
import { adminClient, clientProperties } from '../task/client-settings.ts';
import type { ConnectorSpec } from '../task/task-host.ts';
import type { WorkerParts } from './worker.ts';

const ALTERED = 'altered';
const RESET = 'reset';

export async function connectorOffsets(
  parts: WorkerParts,
  connector: string,
  config: ConfigProperties,
): Promise<readonly ConnectorOffset[]> {
  if (parts.pluginOf(config).description.kind === 'source') {
    return inStore(connector, parts.offsets.of(await parts.resolve(config)).all(connector));
  }
  return withAdmin(parts, config, (admin, resolved) => groupOffsets(admin, groupOf(connector, resolved)));
}

/** Undefined resets all. Resolves with the message for the user. */
export async function alterOffsets(
  parts: WorkerParts,
  connector: string,
  config: ConfigProperties,
  offsets: readonly ConnectorOffset[] | undefined,
): Promise<string> {
  const spec = await parts.connectorSpec(connector, config);
  const isSource = parts.pluginOf(config).description.kind === 'source';
  const verb = offsets === undefined ? RESET : ALTERED;
  if (isSource) {
    const store = parts.offsets.of(spec.connectorConfig);
    const changes =
      offsets ?? (await inStore(connector, store.all(connector))).map(({ partition }) => ({ partition, offset: null }));
    const by = await askPlugin(parts, spec, changes);
    await inStore(connector, store.write(connector, changes));
    return doneMessage(verb, by === 'done');
  }
  const changes = offsets?.map(sinkChange);
  return withAdmin(parts, config, async (admin, resolved) => {
    const group = groupOf(connector, resolved);
    const asked = offsets ?? (await groupOffsets(admin, group)).map(({ partition }) => ({ partition, offset: null }));
    const by = await askPlugin(parts, spec, asked);
    await changeGroup(admin, connector, group, changes);
    return doneMessage(verb, by === 'done');
  });
}

/** A topic that cannot keep offsets is wrong with the connector, and for whoever has configured it to put right. */
async function inStore<T>(connector: string, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    if (!MillraceError.is(error) || error.code !== 'MILLRACE_CONNECT_TOPIC') throw error;
    throw bad(`the offsets of connector ${connector} cannot be reached: ${error.message}`, error);
  }
}

/** What the plugin refuses is wrong with the request. */
async function askPlugin(
  { host }: WorkerParts,
  spec: ConnectorSpec,
  changes: readonly ConnectorOffset[],
): Promise<'done' | 'framework-only'> {
  try {
    return await host.alterOffsets(spec, changes);
  } catch (error) {
    if (MillraceError.is(error) && (error.retriable || error.code === 'MILLRACE_CONNECT_PLUGIN_LOAD')) throw error;
    throw bad(messageOf(error), error);
  }
}

function doneMessage(verb: string, isByPlugin: boolean): string {
  if (isByPlugin) return `The offsets for this connector have been ${verb} successfully`;
  return (
    `The Connect framework-managed offsets for this connector have been ${verb} successfully. However, if this connector manages ` +
    `offsets externally, they will need to be manually ${verb} in the system that the connector uses.`
  );
}

interface SinkChange extends TopicPartition {
  /** Undefined: none any more. */
  readonly offset: number | undefined;
}

function sinkChange({ partition, offset }: ConnectorOffset): SinkChange {
  const { kafka_topic: topic, kafka_partition: index } = partition;
  if (topic === undefined || topic === null || index === undefined || index === null) {
    throw bad("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'");
  }
  return {
    topic: String(topic),
    partition: wholeNumber(index, 'kafka_partition'),
    offset: offset === null ? undefined : sinkOffset(offset),
  };
}

function sinkOffset(offset: Position): number {
  const { kafka_offset: value } = offset;
  if (value === undefined || value === null) {
    throw bad("The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  }
  return wholeNumber(value, 'kafka_offset');
}

function wholeNumber(value: string | number | bigint | boolean, key: string): number {
  const number = typeof value === 'boolean' || value === '' ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw bad(`'${key}' is ${String(value)}: it has to be a whole number from 0`);
}

function bad(message: string, cause?: unknown): HerderError {
  return new HerderError('MILLRACE_CONNECT_BAD_REQUEST', message, { cause });
}

async function groupOffsets(admin: Admin, groupId: string): Promise<ConnectorOffset[]> {
  const { offsets } = oneOrThrow(await admin.fetchGroupOffsets([{ groupId }]));
  return allOrThrow(offsets).flatMap(({ topic, partition, offset }) =>
    offset === undefined
      ? []
      : [{ partition: { kafka_topic: topic, kafka_partition: partition }, offset: { kafka_offset: offset } }],
  );
}

async function changeGroup(
  admin: Admin,
  connector: string,
  groupId: string,
  changes: readonly SinkChange[] | undefined,
): Promise<void> {
  try {
    if (changes === undefined) {
      const [outcome] = await admin.deleteGroups([groupId]);
      // A sink that has committed nothing has no group.
      if (outcome?.ok === false && outcome.error.kafkaCode !== 'GROUP_ID_NOT_FOUND') throw outcome.error;
      return;
    }
    const set = changes.flatMap(({ topic, partition, offset }) =>
      offset === undefined ? [] : [{ topic, partition, offset }],
    );
    const removed = changes.filter(({ offset }) => offset === undefined);
    if (set.length > 0) allOrThrow(await admin.alterGroupOffsets(groupId, set));
    if (removed.length > 0) {
      allOrThrow(
        await admin.deleteGroupOffsets(
          groupId,
          removed.map(({ topic, partition }) => ({ topic, partition })),
        ),
      );
    }
  } catch (error) {
    throw new HerderError(
      'MILLRACE_CONNECT_FAILED',
      `the offsets of connector ${connector} could not be changed in group ${groupId}: ${messageOf(error)}. If a task of it still ends, ` +
        'try again in some seconds',
      { cause: error },
    );
  }
}

/** The consumer group of a sink. */
function groupOf(connector: string, config: ConfigProperties): string {
  return config['consumer.override.group.id'] ?? `connect-${connector}`;
}

async function withAdmin<T>(
  parts: WorkerParts,
  config: ConfigProperties,
  use: (admin: Admin, resolved: ConfigProperties) => Promise<T>,
): Promise<T> {
  const resolved = await parts.resolve(config);
  const worker = await parts.resolve(parts.settings.properties);
  const { kafka: kafkaOptions, options } = adminClient(clientProperties('admin', worker, resolved));
  await using client = kafka(kafkaOptions);
  await using admin = client.admin(options);
  return await use(admin, resolved);
}
