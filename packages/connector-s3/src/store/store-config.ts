import { c, type ConfigIssue, type Secret, type TaskContext } from '@millrace/connect-api';
import { systemRandom } from '@millrace/base';

import { ObjectStore } from './object-store.ts';

/** Settings of source and sink: where the bucket is and who asks. Names are those of Confluent's connector, those of Aiven's mean the same. */
export const storeFields = {
  's3.bucket.name': c
    .string()
    .nonEmpty()
    .synonym('aws.s3.bucket.name')
    .importance('high')
    .group('Bucket')
    .doc('The bucket.'),
  's3.region': c
    .string()
    .default('us-east-1')
    .synonym('aws.s3.region')
    .importance('high')
    .group('Bucket')
    .doc('Region of the bucket.'),
  'store.url': c
    .url()
    .optional()
    .synonym('aws.s3.endpoint')
    .importance('medium')
    .group('Bucket')
    .doc('Where S3 answers, for servers other than AWS, such as `http://minio:9000`. Default: AWS in the region.'),
  's3.path.style.access.enabled': c
    .boolean()
    .default(true)
    .importance('low')
    .group('Bucket')
    .doc("Whether the bucket stands in the path of a request (most servers other than AWS) or in the host's name."),
  'aws.access.key.id': c
    .string()
    .optional()
    .importance('high')
    .group('Bucket')
    .doc('Access key. Without it keys are found as AWS tools do it: environment, profile, container, instance.'),
  'aws.secret.access.key': c.secret().optional().importance('high').group('Bucket').doc('Secret of the access key.'),
  'aws.session.token': c
    .secret()
    .optional()
    .importance('low')
    .group('Bucket')
    .doc('Token that belongs to temporary keys.'),
  's3.part.retries': c
    .int()
    .default(5)
    .atLeast(0)
    .importance('medium')
    .group('Requests')
    .doc('How often a request is tried again, when S3 refuses it for lack of breath (500, 503) or does not answer.'),
  's3.retry.backoff.ms': c
    .duration()
    .default('200ms')
    .atLeast(0)
    .importance('low')
    .group('Requests')
    .doc('Pause before the second attempt; doubles with each, up to 10 s.'),
  's3.request.timeout.ms': c
    .duration()
    .default('30s')
    .atLeast('100ms')
    .importance('low')
    .group('Requests')
    .doc('How long a request may go without an answer before it counts as lost.'),
};

/** What the fields become. */
export interface StoreConfig {
  readonly s3BucketName: string;
  readonly s3Region: string;
  readonly storeUrl: URL | undefined;
  readonly s3PathStyleAccessEnabled: boolean;
  readonly awsAccessKeyId: string | undefined;
  readonly awsSecretAccessKey: Secret | undefined;
  readonly awsSessionToken: Secret | undefined;
  readonly s3PartRetries: number;
  readonly s3RetryBackoffMs: number;
  readonly s3RequestTimeoutMs: number;
}

export function checkStoreConfig(config: StoreConfig): ConfigIssue[] {
  const hasId = config.awsAccessKeyId !== undefined;
  if (hasId === (config.awsSecretAccessKey !== undefined)) return [];
  const [given, missing] = hasId
    ? ['aws.access.key.id', 'aws.secret.access.key']
    : ['aws.secret.access.key', 'aws.access.key.id'];
  return [{ key: missing, message: `${given} is given without ${missing}: give both, or neither` }];
}

export function openStore(config: StoreConfig, { clock, timers }: Pick<TaskContext, 'clock' | 'timers'>): ObjectStore {
  return new ObjectStore({
    bucket: config.s3BucketName,
    region: config.s3Region,
    endpoint: config.storeUrl?.href,
    usePathStyle: config.s3PathStyleAccessEnabled,
    accessKeyId: config.awsAccessKeyId,
    secretAccessKey: config.awsSecretAccessKey,
    sessionToken: config.awsSessionToken,
    retries: config.s3PartRetries,
    retryBackoffMs: config.s3RetryBackoffMs,
    requestTimeoutMs: config.s3RequestTimeoutMs,
    clock,
    timers,
    random: systemRandom,
  });
}
