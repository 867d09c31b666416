/** `connection.url`: where the database is, in libpq's form or in JDBC's. */
import { MillraceError } from '@millrace/base';

export interface PostgresAddress {
  /** Tried one after another until one takes writes. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly sslMode: SslMode;
  /** Files: of root certificates (`system`: those of the system), of the client's certificate, and of its key. */
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
  readonly searchPath: string | undefined;
  readonly applicationName: string | undefined;
  readonly connectTimeoutMs: number;
}

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

const SSL_MODES: Readonly<Record<string, SslMode>> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

const PORT = 5432;
const CONNECT_TIMEOUT_MS = 10_000;

/** Parameters of other drivers that mean nothing here: what they ask for is always done, or belongs to the driver. */
const WITHOUT_MEANING = new Set([
  'binaryTransfer',
  'loadBalanceHosts',
  'prepareThreshold',
  'preferQueryMode',
  'reWriteBatchedInserts',
  'stringtype',
  'targetServerType',
  'target_session_attrs',
  'tcpKeepAlive',
]);

/** Throws with what is wrong; a password is never in the message. */
export function parseConnectionUrl(text: string): PostgresAddress {
  const match = /^(?:jdbc:)?postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text.trim());
  if (match === null) {
    throw invalid('expected postgresql://host:port/database or jdbc:postgresql://host:port/database');
  }
  const [, userInfo, hosts = '', database = '', query = ''] = match;
  const parameters = new Map(new URLSearchParams(query));
  const [user, password] = userInfo === undefined ? [] : splitUser(userInfo);
  for (const name of parameters.keys()) {
    if (!KNOWN.has(name) && !WITHOUT_MEANING.has(name)) {
      throw invalid(`unknown parameter ${name}: there are ${[...KNOWN].join(', ')}`);
    }
  }
  if (database === '') throw invalid('the name of the database is missing after the host');
  return {
    hosts: hosts.split(',').map(hostOf),
    database: decode(database),
    user: user ?? parameters.get('user'),
    password: password ?? parameters.get('password'),
    sslMode: sslModeOf(parameters),
    sslRootCert: parameters.get('sslrootcert'),
    sslCert: parameters.get('sslcert'),
    sslKey: parameters.get('sslkey'),
    searchPath: parameters.get('currentSchema') ?? parameters.get('search_path'),
    applicationName: parameters.get('ApplicationName') ?? parameters.get('application_name'),
    connectTimeoutMs: seconds(parameters.get('connectTimeout') ?? parameters.get('connect_timeout')),
  };
}

const KNOWN = new Set([
  'user',
  'password',
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'currentSchema',
  'search_path',
  'ApplicationName',
  'application_name',
  'connectTimeout',
  'connect_timeout',
]);

function splitUser(userInfo: string): [user: string, password: string | undefined] {
  const at = userInfo.indexOf(':');
  return at < 0 ? [decode(userInfo), undefined] : [decode(userInfo.slice(0, at)), decode(userInfo.slice(at + 1))];
}

function hostOf(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text);
  const host = match?.[1] ?? decode(match?.[2] ?? '');
  const port = match?.[3] === undefined ? PORT : Number(match[3]);
  if (match === null || port < 1 || port > 65_535) throw invalid('expected host:port, or several separated by commas');
  return { host: host === '' ? 'localhost' : host, port };
}

function sslModeOf(parameters: ReadonlyMap<string, string>): SslMode {
  const named = parameters.get('sslmode');
  if (named === undefined) return parameters.get('ssl') === 'true' ? 'verify-full' : 'prefer';
  const mode = SSL_MODES[named];
  if (mode === undefined) throw invalid(`unknown sslmode: there are ${Object.keys(SSL_MODES).join(', ')}`);
  return mode;
}

function seconds(text: string | undefined): number {
  if (text === undefined) return CONNECT_TIMEOUT_MS;
  const value = Number(text);
  if (!(value > 0)) throw invalid('connect_timeout has to be a number of seconds');
  return value * 1000;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('a part of it is not percent-encoded well');
  }
}

function invalid(problem: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', problem);
}
