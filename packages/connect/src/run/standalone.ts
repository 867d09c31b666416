/** A worker that is alone: connectors from files, offsets in a file. */
import { c, config } from '@millrace/connect-api';
import { MillraceError } from '@millrace/base';
import type { ConnectorFile } from '../herder/properties-file.ts';
import { StandaloneHerder } from '../herder/standalone-herder.ts';
import { FileOffsetStore } from '../stores/file-offset-store.ts';
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
    for (const { name, config: settings, initialState } of connectors) {
      await connect.herder.putConnector(name, settings, initialState === undefined ? {} : { initialState });
    }
    return connect;
  } catch (error) {
    await connect[Symbol.asyncDispose]();
    throw error;
  }
}

const STANDALONE: HerderKind = {
  config: standaloneConfig,
  isExactlyOnce: () => false,
  openOffsets: async ({ properties, clusterId }) => {
    const { config: settings, issues } = standaloneConfig.read(properties);
    if (settings === undefined) {
      throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', issues.map(({ message }) => message).join('; '));
    }
    // Who is alone has no topics to find out by that there is no cluster.
    await clusterId();
    const store = new FileOffsetStore(settings.offsetStorageFileFilename);
    await store.start();
    return store;
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
