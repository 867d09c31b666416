/** Opens a connection to Postgres: TCP, TLS as `sslmode` wants it, start-up message, authentication. */
import { createHash, randomBytes } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf, type Timers } from '@millrace/base';
import type { Secret } from '@millrace/connect-api';
import { PostgresError } from './postgres-error.ts';
import { startScram } from './scram.ts';
import { FrameType, WireConnection } from './wire-connection.ts';

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const PROTOCOL_3_0 = 196_608;
const CONNECT_MS_MAX = 15_000;
const KEEP_ALIVE_MS = 30_000;

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** Where the database is and who we are. Certificates and keys are PEM texts. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: Secret | undefined;
  readonly database: string;
  readonly sslMode: SslMode;
  readonly rootCertificate?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface OpenOptions {
  readonly replication: boolean;
  readonly applicationName: string;
  readonly timers: Timers;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How values look as text; the same for every connection, so that a row looks the same from a snapshot and from the stream.
 */
const VALUE_SETTINGS = {
  client_encoding: 'UTF8',
  datestyle: 'ISO, YMD',
  intervalstyle: 'iso_8601',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
  search_path: 'pg_catalog',
  // A snapshot is one long transaction.
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // Between changes of tables the catalog is not asked.
  idle_session_timeout: '0',
};

export async function openConnection(address: PostgresAddress, options: OpenOptions): Promise<WireConnection> {
  const where = `${address.host}:${address.port}`;
  let socket: Socket | undefined;
  const fail = (error: Error): void => void socket?.destroy(error);
  const timer = options.timers.schedule(CONNECT_MS_MAX, () => fail(new Error(`no answer within ${CONNECT_MS_MAX} ms`)));
  const onAbort = (): void => fail(new Error('aborted'));
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    socket = connectTcp({ host: address.host, port: address.port });
    await connected(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket = await withTls(socket, address);
    const connection = new WireConnection(socket, options.timers);
    await logIn(connection, address, options);
    return connection;
  } catch (error) {
    socket?.destroy();
    options.signal?.throwIfAborted();
    if (PostgresError.is(error) && !error.code.endsWith('_CONNECTION')) throw error;
    throw new PostgresError('CONNECTION', `cannot connect to Postgres at ${where}: ${messageOf(error)}`, {
      retriable: true,
      cause: error,
    });
  } finally {
    timer.cancel();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

async function withTls(socket: Socket, address: PostgresAddress): Promise<Socket> {
  const { sslMode, host } = address;
  if (sslMode === 'disable') return socket;
  socket.write(SSL_REQUEST);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    // One byte, and nothing after it: what came unencrypted behind it could be forged.
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      resolve(bytes);
    });
  });
  socket.removeAllListeners('error').removeAllListeners('close');
  if (answer.length === 1 && answer[0] === 0x4e) {
    if (sslMode === 'prefer') return socket;
    throw new PostgresError('SETUP', `the server has no TLS, and database.sslmode is ${sslMode}`);
  }
  if (answer.length !== 1 || answer[0] !== 0x53)
    throw new PostgresError('PROTOCOL', 'the server does not answer the request for TLS as Postgres does');
  const isVerified = sslMode === 'verify-ca' || sslMode === 'verify-full';
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      rejectUnauthorized: isVerified,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(address.rootCertificate === undefined ? {} : { ca: address.rootCertificate }),
      ...(address.certificate === undefined ? {} : { cert: address.certificate }),
      ...(address.key === undefined ? {} : { key: address.key }),
      ...(sslMode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
      host,
    });
    secure.once('error', (cause: Error) =>
      reject(
        new PostgresError('SETUP', `no TLS with the server by database.sslmode=${sslMode}: ${cause.message}`, {
          cause,
        }),
      ),
    );
    secure.once('secureConnect', () => {
      secure.removeAllListeners('error');
      resolve(secure);
    });
  });
}

async function logIn(connection: WireConnection, address: PostgresAddress, options: OpenOptions): Promise<void> {
  const parameters = {
    user: address.user,
    database: address.database,
    application_name: options.applicationName,
    ...(options.replication ? { replication: 'database' } : {}),
    ...VALUE_SETTINGS,
  };
  const text = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${text.join('')}\0`);
  const start = Buffer.alloc(8);
  start.writeUInt32BE(body.length + 8);
  start.writeUInt32BE(PROTOCOL_3_0, 4);
  connection.write(Buffer.concat([start, body]));

  const what = `log in to Postgres as ${address.user}`;
  for (;;) {
    const type = await connection.frame(what, options.signal);
    if (type === FrameType.authentication) await authenticate(connection, address, what);
    else if (type === FrameType.readyForQuery) return;
  }
}

async function authenticate(connection: WireConnection, address: PostgresAddress, what: string): Promise<void> {
  const kind = connection.buffer.readUInt32BE(connection.start);
  const content = Buffer.from(connection.buffer.subarray(connection.start + 4, connection.end));
  if (kind === 0) return;
  if (address.password === undefined)
    throw new PostgresError('AUTHENTICATION', `cannot ${what}: the server wants a password: set database.password`);
  const password = address.password.reveal();
  if (kind === 3) connection.send(0x70, `${password}\0`);
  else if (kind === 5) connection.send(0x70, `md5${md5(md5(password + address.user), content.subarray(0, 4))}\0`);
  else if (kind === 10) await bySasl(connection, content.toString().split('\0'), password, what);
  else
    throw new PostgresError(
      'AUTHENTICATION',
      `cannot ${what}: the server wants authentication method ${kind}; password, md5 and scram-sha-256 are supported: change pg_hba.conf`,
    );
}

async function bySasl(
  connection: WireConnection,
  mechanisms: readonly string[],
  password: string,
  what: string,
): Promise<void> {
  const mechanism = 'SCRAM-SHA-256';
  if (!mechanisms.includes(mechanism))
    throw new PostgresError(
      'AUTHENTICATION',
      `cannot ${what}: the server offers only ${mechanisms.filter(Boolean).join(', ')}`,
    );
  const scram = startScram(password, randomBytes(18).toString('base64'));
  const first = Buffer.from(scram.first);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(first.length);
  connection.send(0x70, Buffer.concat([Buffer.from(`${mechanism}\0`), length, first]));
  connection.send(0x70, await scram.answer(await saslMessage(connection, 11, what)));
  scram.verify(await saslMessage(connection, 12, what));
}

async function saslMessage(connection: WireConnection, expected: number, what: string): Promise<string> {
  const type = await connection.frame(what);
  const kind = type === FrameType.authentication ? connection.buffer.readUInt32BE(connection.start) : -1;
  if (kind !== expected) throw new PostgresError('PROTOCOL', `cannot ${what}: the server leaves the exchange of SCRAM`);
  return connection.buffer.toString('utf8', connection.start + 4, connection.end);
}

function md5(text: string, salt: Uint8Array = Buffer.alloc(0)): string {
  return createHash('md5').update(text).update(salt).digest('hex');
}
