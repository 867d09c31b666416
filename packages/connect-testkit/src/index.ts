export {
  PostgresServer,
  type PostgresAuthentication,
  type PostgresOptions,
  type PostgresStop,
} from './fixtures/postgres.ts';
export { S3FaultProxy, type S3Fault, type S3FaultRule } from './fixtures/s3-faults.ts';
export { findS3Server, isS3ServerAvailable, S3Server } from './fixtures/s3.ts';
