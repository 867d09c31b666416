/** A worker that is alone: connectors from files, offsets in a file. */
import { c, config } from '@millrace/connect-api';
import { MillraceError } from '@millrace/base';
import type { ConnectorFile } from '../herder/properties-file.ts';
import type { Herder } from '../herder/herder.ts';
import { withoutTopics } from '../herder/offset-topic-check.ts';
import { StandaloneHerder } from '../herder/standalone-herder.ts';
import { FileOffsetStore } from '../stores/file-offset-store.ts';
import { onePlace } from '../stores/offset-places.ts';
import { startConnect, type ConnectOptions, type ConnectProcess, type HerderKind } from './connect-process.ts';

export const standaloneConfig = config({
  'offset.storage.file.filename': c
    .string()
    .nonEmpty()
    .importance('high')
    .doc('File in which a standalone worker keeps the offsets of its sources.'),
});

export interface StandaloneOptions extends ConnectOptions {
  /** Started in this order, once the worker serves. */
  readonly connectors?: readonly ConnectorFile[];
}

/** Throws when a connector cannot be made; connectors that fail later are restarted as `errors.restart.*` says. */
export async function startStandalone({ connectors = [], ...options }: StandaloneOptions): Promise<ConnectProcess> {
  const connect = await startConnect(options, STANDALONE);
  try {
    for (const connector of connectors) await makeConnector(connect.herder, connector);
    return connect;
  } catch (error) {
    await connect[Symbol.asyncDispose]();
    throw error;
  }
}

/** Throws what the herder does, with the connector and its file named. */
export async function makeConnector(
  herder: Herder,
  { path, name, config: settings, initialState }: ConnectorFile,
): Promise<void> {
  try {
    await herder.putConnector(name, settings, initialState === undefined ? {} : { initialState });
  } catch (cause) {
    if (!MillraceError.is(cause)) throw cause;
    // The answer to a request speaks of endpoints of a worker that is about to end.
    const known: unknown = cause.details['problems'];
    const where = `connector ${name}${path === undefined ? '' : ` (${path})`}`;
    const problems = (Array.isArray(known) ? known.map(String) : [cause.message]).map((text) => `${where}: ${text}`);
    throw new MillraceError(cause.code, problems.join('\n'), { cause, details: { problems } });
  }
}

const STANDALONE: HerderKind = {
  config: standaloneConfig,
  isExactlyOnce: () => false,
  offsetTopicCheck: () => withoutTopics,
  openOffsets: async ({ properties, clusterId }) => {
    const { config: settings, issues } = standaloneConfig.read(properties);
    if (settings === undefined) {
      throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', issues.map(({ message }) => message).join('; '));
    }
    // Who is alone has no topics to find out by that there is no cluster.
    await clusterId();
    const store = new FileOffsetStore(settings.offsetStorageFileFilename);
    await store.start();
    return onePlace(store);
  },
  makeHerder: async ({ worker, validator, settings, clusterId, log }) =>
    new StandaloneHerder({
      worker,
      validator,
      clusterId,
      isTopicTrackingEnabled: settings.topicTrackingEnable,
      isTopicResetAllowed: settings.topicTrackingAllowReset,
      log,
    }),
};
