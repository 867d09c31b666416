import { messageOf } from '@millrace/base';
import type { CheckContext, ConfigIssue } from '@millrace/connect-api';
import { addressOf, type ConnectionConfig } from './connection-config.ts';
import { RedisLink } from './redis-link.ts';

/** Whether Redis is there and lets us in. */
export async function checkRedis(config: ConnectionConfig, context: CheckContext): Promise<readonly ConfigIssue[]> {
  let link: RedisLink | undefined;
  const close = (): void => link?.close();
  context.signal.addEventListener('abort', close);
  try {
    link = new RedisLink({ address: addressOf(config), name: `${context.connector}-check` });
    await link.call(['PING']);
    return [];
  } catch (error) {
    return [{ key: 'redis.uri', message: messageOf(error).replace('; it will be tried again', '') }];
  } finally {
    context.signal.removeEventListener('abort', close);
    close();
  }
}
