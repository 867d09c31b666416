/**
 * What is read from a running broker at each scrape; what is counted on the way is registered where it is counted.
 *
 * Names are `millrace_<part>_<what>[_<unit>][_total]`. The page docs/reference/metrics.md is made from these words.
 */
import type { MetricSample, MetricsRegistry } from '@millrace/base';
import { statfs } from 'node:fs/promises';
import type { Listener } from '../listener/listener.ts';
import type { OwnedPartitions } from '../partitions/owned-partitions.ts';
import type { BrokerServices } from '../services.ts';
import { BROKER_VERSION } from '../version.ts';
import { connectionsBySoftware } from './client-software.ts';
import { registerEventLoop, type EventLoopDelay } from './event-loop.ts';
import { registerGroupLag } from './group-lag.ts';
import { registerPartitionMetrics } from './partition-metrics.ts';

export interface BrokerMetricsOptions {
  readonly metrics: MetricsRegistry;
  readonly services: BrokerServices;
  readonly listener: Listener;
  readonly partitions: OwnedPartitions;
  readonly eventLoopDelay: EventLoopDelay;
  /** Undefined = everything is in memory. */
  readonly dataDir: string | undefined;
}

export function registerBrokerMetrics(options: BrokerMetricsOptions): void {
  const { metrics, services, listener, partitions, dataDir } = options;
  const { config, metaStore } = services;
  metrics.gauge('millrace_build_info', 'Always 1; its label is the version that runs', () => 1, {
    version: BROKER_VERSION,
  });
  registerConnections(metrics, listener);
  registerMemory(metrics, services, listener);
  registerJournal(metrics, services);
  registerEventLoop(metrics, options.eventLoopDelay);
  if (dataDir !== undefined) registerDisk(metrics, dataDir);
  metrics.gauge('millrace_fetch_sessions', 'Fetch sessions', () => services.fetchSessions.sessionCount);
  metrics.gauge('millrace_topics', 'Topics, internal ones included', () => metaStore.snapshot().topicsByName.size);
  metrics.gauge('millrace_partitions', 'Partitions that this broker serves', () => partitions.openCount);
  services.dataPath.traffic.register(metrics, () => metaStore.snapshot().topicsByName);
  registerPartitionMetrics({
    metrics,
    clock: services.clock,
    open: () => partitions.open(),
    seriesMax: () => config.metricsSeriesMax,
  });
  registerGroupLag({
    metrics,
    clock: services.clock,
    committedOffsets: () => services.groups.committedOffsets(),
    logOf: (topic, partition) => {
      const location = partitions.locateByName(topic, partition);
      return location.kind === 'owned' ? location.log : undefined;
    },
    seriesMax: () => config.metricsSeriesMax,
  });
}

function registerConnections(metrics: MetricsRegistry, listener: Listener): void {
  metrics.gauge('millrace_connections', 'Open client connections', () => listener.connectionCount);
  metrics.gaugeFamily(
    'millrace_client_connections',
    'Open client connections by the software that the client names; the most frequent ones, then other, and unknown for those that name none',
    ['software', 'version'],
    () => connectionsBySoftware(listener.connections()),
  );
  metrics.readCounter(
    'millrace_connections_refused_total',
    'Connections turned away by max.connections or max.connections.per.ip',
    () => listener.refusedCount,
  );
}

function registerMemory(
  metrics: MetricsRegistry,
  { config, engine, dataPath }: BrokerServices,
  { budget }: Listener,
): void {
  metrics.gauge(
    'millrace_in_flight_bytes',
    'Bytes of frames under assembly, requests in work and answers not yet sent',
    () => budget.usedBytes + budget.answerBytes,
  );
  metrics.gauge(
    'millrace_connections_waiting_for_memory',
    'Connections that are not read on until memory is free',
    () => budget.waitingCount,
  );
  metrics.gauge('millrace_tail_cache_bytes', 'Memory held for the tails of logs', () => engine.stats().tailCacheBytes);
  metrics.gauge(
    'millrace_memory_max_bytes',
    'Memory that the whole process may take (millrace.memory.max.bytes); compare with process_resident_memory_bytes',
    () => config.memoryMaxBytes,
  );
  const parts = ['part'];
  metrics.gaugeFamily(
    'millrace_memory_share_bytes',
    'What each part of the broker may take of that memory',
    parts,
    () => {
      const { requestBytes, answerBytes, tailBytes, readAheadBytes, indexBytes, openingBytes } = config.memoryShares;
      return byPart({
        requests: requestBytes,
        answers: answerBytes,
        tails: tailBytes,
        read_ahead: readAheadBytes,
        indexes: indexBytes,
        opening: openingBytes,
      });
    },
  );
  metrics.gaugeFamily('millrace_memory_used_bytes', 'What parts of the broker take of their share now', parts, () => {
    const { tailCacheBytes, readAheadBytes, segmentIndexBytes } = engine.stats();
    return byPart({
      requests: budget.usedBytes,
      answers: budget.answerBytes,
      tails: tailCacheBytes,
      read_ahead: readAheadBytes,
      indexes: segmentIndexBytes,
      opening: dataPath.preparation.openingBytes,
    });
  });
}

function byPart(bytes: Readonly<Record<string, number>>): MetricSample[] {
  return Object.entries(bytes).map(([part, value]) => ({ labels: { part }, value }));
}

function registerJournal(metrics: MetricsRegistry, { engine }: BrokerServices): void {
  metrics.readCounter('millrace_journal_syncs_total', 'Journal groups made durable', () => engine.stats().journalSyncs);
  metrics.readCounter(
    'millrace_journal_bytes_total',
    'Bytes written to the journal',
    () => engine.stats().journalBytes,
  );
  metrics.readCounter(
    'millrace_journal_entries_total',
    'Entries written to the journal',
    () => engine.stats().journalEntries,
  );
}

function registerDisk(metrics: MetricsRegistry, dataDir: string): void {
  metrics.gauge('millrace_disk_free_bytes', 'Room for this process on the disk of the data directory', async () => {
    const { bavail, bsize } = await diskOf(dataDir);
    return bavail * bsize;
  });
  metrics.gauge('millrace_disk_size_bytes', 'Size of the disk of the data directory', async () => {
    const { blocks, bsize } = await diskOf(dataDir);
    return blocks * bsize;
  });
}

/** A disk that cannot be asked has no values, and the rest of the page is all the more wanted. */
async function diskOf(dataDir: string): Promise<{ bavail: number; blocks: number; bsize: number }> {
  return statfs(dataDir).catch(() => ({ bavail: NaN, blocks: NaN, bsize: NaN }));
}
