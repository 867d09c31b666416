/**
 * A Connect worker as a whole: REST, plugins, task host, worker and herder, put together and taken apart in order.
 *
 * Invariants: REST listens first, so that `/health` tells of a start under way and a port in use is told before anything runs; when a start
 *   fails everything that was opened is closed; closing ends tasks before the stores they write offsets to.
 */
import { systemClock, systemRandom, systemTimers, type Logger, type MetricsRegistry } from '@millrace/base';
import type { ConfigProperties, ConfigSpec } from '@millrace/connect-api';
import { kafka } from '@millrace/sdk';
import { builtInPlugins } from '../built-in-plugins.ts';
import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { configResolver } from '../config-providers/config-resolver.ts';
import { ConfigValidator } from '../herder/config-validator.ts';
import type { Herder } from '../herder/herder.ts';
import type { OffsetTopicCheck } from '../herder/offset-topic-check.ts';
import { discoverPlugins, type BundledPackages } from '../plugins/plugin-discovery.ts';
import { builtInPlugin, PluginRegistry } from '../plugins/plugin-registry.ts';
import { ConnectMetrics } from '../rest/metrics-registry.ts';
import { RestServer } from '../rest/rest-server.ts';
import type { OffsetPlaces } from '../stores/offset-places.ts';
import { adminClient, clientProperties } from '../task/client-settings.ts';
import { createTaskHost } from '../thread/create-task-host.ts';
import { Loggers } from '../worker/loggers.ts';
import { Worker } from '../worker/worker.ts';
import { measureWorker } from '../worker/worker-metrics.ts';
import { readWorkerSettings, workerConfig, type WorkerSettings } from '../worker/worker-settings.ts';
import { findTopic } from './find-topic.ts';
import { checkConverters, warnOfMisspelled } from './start-checks.ts';

export interface ConnectOptions {
  /** Of the worker, by Kafka Connect's keys; may refer to config providers. */
  readonly properties: ConfigProperties;
  readonly log: Logger;
  /** Folders of packages whose dependencies may be plugins. */
  readonly projects?: readonly string[];
  /** Packages of plugins that come along with the program. */
  readonly bundled?: BundledPackages;
}

/** What a herder is made of. */
export interface HerderParts {
  /** With references to config providers resolved. */
  readonly properties: ConfigProperties;
  readonly settings: WorkerSettings;
  /** `host:port` under which others reach this worker. */
  readonly workerId: string;
  /** Base URL of its REST. */
  readonly url: string;
  readonly plugins: PluginRegistry;
  readonly loggers: Loggers;
  readonly metrics: MetricsRegistry;
  readonly log: Logger;
  /** Asks once; the answer is kept. */
  readonly clusterId: () => Promise<string>;
}

export interface HerderKind {
  /** Settings beside those that every worker has. */
  readonly config: ConfigSpec<unknown>;
  /** Whether sources write exactly once. */
  isExactlyOnce(properties: ConfigProperties): boolean;
  /** Of the sources of such a worker. */
  offsetTopicCheck(properties: ConfigProperties): OffsetTopicCheck;
  /** Opened before anything runs. */
  openOffsets(parts: HerderParts): Promise<OffsetPlaces>;
  makeHerder(
    parts: HerderParts & {
      readonly worker: Worker;
      readonly validator: ConfigValidator;
    },
  ): Promise<Herder>;
}

export interface ConnectProcess extends AsyncDisposable {
  /** Base URL of its REST. */
  readonly url: string;
  readonly workerId: string;
  readonly herder: Herder;
}

/** Resolves when the worker serves. */
export async function startConnect(
  { properties: given, log, projects = [], bundled }: ConnectOptions,
  kind: HerderKind,
): Promise<ConnectProcess> {
  await using opened = new AsyncDisposableStack();
  const resolve = configResolver(given);
  const properties = await resolve(given);
  const settings = readWorkerSettings(properties);
  const metrics = new ConnectMetrics();
  const rest = new RestServer({ settings, metrics, version: BUILT_IN_VERSION, log });
  opened.defer(() => rest.close());
  await rest.listen();

  const discovered = await discoverPlugins({
    pluginPath: settings.pluginPath,
    projects,
    ...(bundled === undefined ? {} : { bundled }),
    log,
  });
  const plugins = new PluginRegistry([...builtInPlugins.map(builtInPlugin), ...discovered]);
  checkConverters(properties, plugins, builtInPlugins);
  warnOfMisspelled(properties, [workerConfig, kind.config], log);
  const { host: name, port } = rest.advertised;
  const loggers = new Loggers(log, systemClock);
  const parts: HerderParts = {
    properties,
    settings,
    workerId: `${name}:${port}`,
    url: rest.url,
    plugins,
    loggers,
    metrics,
    log,
    clusterId: once(() => askClusterId(properties)),
  };
  const offsets = opened.use(await kind.openOffsets(parts));
  const host = createTaskHost({ log, metrics });
  opened.defer(() => host.close());
  const validator = new ConfigValidator({
    plugins,
    settings,
    host,
    resolve,
    isExactlyOnce: kind.isExactlyOnce(properties),
    builtIn: builtInPlugins,
    findTopic: (config, topic) => findTopic(properties, config, topic),
    checkOffsetTopic: kind.offsetTopicCheck(properties),
    log,
  });
  const clocks = { clock: systemClock, timers: systemTimers, random: systemRandom };
  const { workerId } = parts;
  const worker = opened.use(new Worker({ workerId, settings, plugins, host, offsets, resolve, log, ...clocks }));
  measureWorker(worker, metrics);
  const herder = await kind.makeHerder({ ...parts, worker, validator });
  opened.defer(() => herder.stop());
  rest.serve({ herder, validator, plugins, loggers });
  await herder.start();
  const owned = opened.move();
  return { url: rest.url, workerId, herder, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function askClusterId(properties: ConfigProperties): Promise<string> {
  const { kafka: kafkaOptions, options } = adminClient(clientProperties('admin', properties, {}));
  await using client = kafka(kafkaOptions);
  await using admin = client.admin(options);
  const { clusterId } = await admin.describeCluster();
  return clusterId ?? '';
}

/** What failed is asked again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
