/** Settings of Confluent's and Aiven's connectors that would promise what is not done: who sees the data, and how a request gets to S3. */
import type { RefusedSetting } from '@millrace/connect-api';

/** Refused, unless the value asks for nothing: an empty one, or one of these in lower case. */
export function unless(remedy: string, ...harmless: readonly string[]): RefusedSetting {
  return { remedy, unless: ['', ...harmless] };
}

const PROVIDER = unless(
  "classes of Java are not loaded: give aws.access.key.id and its secret, or let keys be found in the worker's environment, profile, container or instance",
  'com.amazonaws.auth.defaultawscredentialsproviderchain',
  'software.amazon.awssdk.auth.credentials.defaultcredentialsprovider',
);

export const refusedOfStore: Readonly<Record<string, RefusedSetting>> = {
  's3.sse.customer.key': unless(
    "encryption by a customer's key (SSE-C) is not supported: objects would be in clear, or could not be read; a sink encrypts by s3.ssea.name",
  ),
  's3.credentials.provider.*': PROVIDER,
  'aws.credentials.provider': PROVIDER,
  'aws.sts.role.arn': unless(
    "no role is assumed by the connector: name it in the worker's environment or profile (AWS_ROLE_ARN, role_arn)",
  ),
  's3.proxy.url': unless(
    'requests go to store.url without a proxy: remove it, or name in store.url what forwards them',
  ),
};
