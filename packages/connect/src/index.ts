export { builtInPlugins } from './built-in-plugins.ts';
export { distributedConfig } from './distributed/distributed-settings.ts';
export { HerderError, NotTheTargetError, type HerderErrorCode } from './herder/herder-error.ts';
export type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatus,
  ConnectorTaskId,
  ConnectorType,
  Herder,
  HerderHealth,
  PutConnectorOptions,
  PutConnectorResult,
  RestartRequest,
  RunState,
  RunStatus,
  SignedRequest,
  TargetState,
  TaskInfo,
  TaskStatus,
} from './herder/herder.ts';
export {
  parseProperties,
  readConnectorFile,
  readPropertiesFile,
  type ConnectorFile,
} from './herder/properties-file.ts';
export type { ConnectOptions, ConnectProcess } from './run/connect-process.ts';
export { startDistributed } from './run/distributed.ts';
export { runConnect, type RunConnectOptions } from './run/run-connect.ts';
export { standaloneConfig, startStandalone, type StandaloneOptions } from './run/standalone.ts';
export { restartConfig } from './worker/restart-config.ts';
export { workerConfig } from './worker/worker-settings.ts';
