export { S3Error, type S3ErrorCode } from './s3-error.ts';
export { s3Sink } from './sink/sink.ts';
export { sinkConfig, type SinkConfig } from './sink/sink-config.ts';
export { s3Source } from './source/source.ts';
export { sourceConfig, type SourceConfig } from './source/source-config.ts';
