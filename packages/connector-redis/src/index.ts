export { RedisError, type RedisErrorCode } from './redis-error.ts';
export { redisSink } from './sink/sink.ts';
export type { SinkConfig } from './sink/sink-config.ts';
export { redisSource } from './source/source.ts';
export type { SourceConfig } from './source/source-config.ts';
