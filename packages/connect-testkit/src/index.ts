export { acceptance, sinkAcceptance, sourceAcceptance, type AcceptanceCase } from './acceptance/acceptance.ts';
export type { SinkDriver, SinkWorld } from './acceptance/sink-cases.ts';
export type { SourceDriver, SourceWorld } from './acceptance/source-cases.ts';
export {
  PostgresServer,
  type PostgresAuthentication,
  type PostgresOptions,
  type PostgresStop,
} from './fixtures/postgres.ts';
export { findRedisServer, isRedisServerAvailable, RedisServer, type RedisServerOptions } from './fixtures/redis.ts';
export { S3FaultProxy, type S3Fault, type S3FaultRule } from './fixtures/s3-faults.ts';
export { findS3Server, isS3ServerAvailable, S3Server } from './fixtures/s3.ts';
export { MemoryGroup } from './memory/memory-group.ts';
export { MemoryOffsets } from './memory/memory-offsets.ts';
export { MemoryTopics, type MemoryTopicsOptions } from './memory/memory-topics.ts';
export type { ProcessRunOptions } from './kill/messages.ts';
export { TaskProcess, type KillMoment, type PluginModule, type TaskProcessOptions } from './kill/task-process.ts';
export type { SinkPorts, SourcePorts } from './run/ports.ts';
export type { LoggedLine } from './run/run-log.ts';
export { runSink, SinkRun, type DeadRecord, type SinkRunOptions } from './run/sink-run.ts';
export type { SinkMoment } from './run/sink-task-run.ts';
export { runSource, SourceRun, type DeadLetter, type SourceRunOptions } from './run/source-run.ts';
export type { SourceMoment } from './run/source-task-run.ts';
export type { RunOptions } from './run/task-setting.ts';
export { TestWorker, type TestWorkerOptions } from './worker/test-worker.ts';
export { WorkerProcess, type WorkerAnswer, type WorkerProcessOptions } from './worker/worker-process.ts';
