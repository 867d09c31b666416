import { readFileSync } from 'node:fs';
import { messageOf } from '@millrace/base';
import { c, type ConfigIssue, type ConfigOf } from '@millrace/connect-api';

export const connectionFields = {
  'redis.uri': c
    .string()
    .validate((text) =>
      uriOf(text) === undefined
        ? 'Expected redis://[user:password@]host[:port][/database] or rediss://… for TLS'
        : undefined,
    )
    .default('redis://localhost:6379')
    .importance('high')
    .group('Connection')
    .doc(
      'Where Redis, or a server that speaks like it, is: `redis://host:port/database`, with `rediss://` over TLS. Passwords belong into `redis.password`.',
    ),
  'redis.username': c
    .string()
    .optional()
    .importance('medium')
    .group('Connection')
    .doc('User of the ACL; without it the default user.'),
  'redis.password': c.secret().optional().importance('high').group('Connection').doc('Password of the user.'),
  'redis.tls.ca': c
    .string()
    .optional()
    .synonym('redis.cacert')
    .importance('low')
    .group('Connection')
    .doc('File with the authorities (PEM) to trust instead of the well-known ones. Only with `rediss://`.'),
  'redis.tls.cert': c
    .string()
    .optional()
    .synonym('redis.key.cert')
    .importance('low')
    .group('Connection')
    .doc('File with a certificate (PEM) to show to the server. Only with `rediss://`.'),
  'redis.tls.key': c
    .string()
    .optional()
    .synonym('redis.key.file')
    .importance('low')
    .group('Connection')
    .doc('File with the key (PEM) of that certificate.'),
  'redis.tls.insecure': c
    .boolean()
    .default(false)
    .synonym('redis.insecure')
    .importance('low')
    .group('Connection')
    .doc('Takes any certificate. For tests.'),
  'redis.timeout': c
    .duration()
    .default('10s')
    .atLeast('10ms')
    .importance('low')
    .group('Connection')
    .doc('How long connecting, and an answer, may take before the connection is given up and tried anew.'),
};

export type ConnectionConfig = ConfigOf<typeof connectionFields>;

interface RedisUri {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** What a client needs to connect. */
export interface RedisAddress extends RedisUri {
  readonly timeoutMs: number;
  readonly tls:
    | { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly rejectUnauthorized: boolean }
    | undefined;
}

/** Without anything secret. */
export function addressText({ host, port, database }: Pick<RedisUri, 'host' | 'port' | 'database'>): string {
  return `${host}:${port}${database === 0 ? '' : `/${database}`}`;
}

export function checkConnection(config: ConnectionConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const isTls = uriOf(config.redisUri)?.isTls === true;
  for (const [key, path] of [
    ['redis.tls.ca', config.redisTlsCa],
    ['redis.tls.cert', config.redisTlsCert],
    ['redis.tls.key', config.redisTlsKey],
  ] as const) {
    if (path !== undefined && !isTls)
      issues.push({ key, message: `${key} needs an address that begins with rediss://` });
  }
  if ((config.redisTlsCert === undefined) !== (config.redisTlsKey === undefined)) {
    issues.push({ key: 'redis.tls.cert', message: 'redis.tls.cert and redis.tls.key go together' });
  }
  return issues;
}

/** Reads the files that are named; throws when one cannot be read. */
export function addressOf(config: ConnectionConfig): RedisAddress {
  const uri = uriOf(config.redisUri);
  if (uri === undefined) throw new TypeError('the address was checked before');
  return {
    ...uri,
    username: config.redisUsername ?? uri.username,
    password: config.redisPassword?.reveal() ?? uri.password,
    timeoutMs: config.redisTimeout,
    tls: uri.isTls
      ? {
          ...(config.redisTlsCa === undefined ? {} : { ca: contentOf('redis.tls.ca', config.redisTlsCa) }),
          ...(config.redisTlsCert === undefined ? {} : { cert: contentOf('redis.tls.cert', config.redisTlsCert) }),
          ...(config.redisTlsKey === undefined ? {} : { key: contentOf('redis.tls.key', config.redisTlsKey) }),
          rejectUnauthorized: !config.redisTlsInsecure,
        }
      : undefined,
  };
}

function uriOf(text: string): RedisUri | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const database = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined || url.search !== '')
    return undefined;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    database: Number(database),
    isTls: url.protocol === 'rediss:',
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
  };
}

function contentOf(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${key}: cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
