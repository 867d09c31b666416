/**
 * Opens a TCP or TLS socket whose bytes go where a FrameReceiver wants them.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as NodeTlsOptions, type SecureContextOptions } from 'node:tls';
import { messageOf, type Timers } from '@millrace/base';
import { AbortError, KafkaError } from '../error.ts';
import { formatAddress, type Address } from './address.ts';

/** How the connection is secured; what Node's `tls.connect` takes, limited to what has a meaning here. */
export interface TlsOptions {
  /** Certificate authorities to trust, PEM; default: those that Node trusts. */
  readonly ca?: SecureContextOptions['ca'];
  /** Own certificate chain, PEM, for brokers that ask for one (mTLS). */
  readonly cert?: SecureContextOptions['cert'];
  /** Own private key, PEM. */
  readonly key?: SecureContextOptions['key'];
  readonly passphrase?: string;
  /** Certificate and key in one PKCS#12 container. */
  readonly pfx?: SecureContextOptions['pfx'];
  /** Name that the broker's certificate must be for; default: the host that is connected to. */
  readonly servername?: string;
  /** Default true. False accepts any certificate: for trials only. */
  readonly rejectUnauthorized?: boolean;
  readonly minVersion?: SecureContextOptions['minVersion'];
  readonly ciphers?: string;
  readonly checkServerIdentity?: NodeTlsOptions['checkServerIdentity'];
}

export interface OpenSocketOptions {
  readonly address: Address;
  readonly tls: TlsOptions | undefined;
  readonly timers: Timers;
  readonly connectTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Where the next bytes go. */
  readonly nextBuffer: () => Buffer;
  readonly onBytes: (byteCount: number) => void;
}

export function openSocket(options: OpenSocketOptions): Promise<Socket> {
  const { address, tls, signal, connectTimeoutMs } = options;
  const where = formatAddress(address);
  const onread = {
    buffer: options.nextBuffer,
    callback: (byteCount: number): boolean => {
      options.onBytes(byteCount);
      return true;
    },
  };
  const tcp = { ...address, noDelay: true, keepAlive: true, onread };
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new AbortError(`connecting to ${where}`, signal));
      return;
    }
    let socket: Socket;
    try {
      socket = tls === undefined ? connectPlain(tcp) : connectTls({ ...tlsConnectOptions(address, tls), ...tcp });
    } catch (cause) {
      // Keys and certificates that cannot be read are found here, before anything is sent.
      const message = `cannot use \`tls\` for ${where}: ${messageOf(cause)}`;
      reject(new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', message, { cause }));
      return;
    }
    const settle = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose);
    };
    const fail = (error: KafkaError): void => {
      settle();
      // A failed connection may still report an error; nobody waits for it.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (cause: Error): void => fail(connectError(where, cause, tls !== undefined));
    const onClose = (): void => fail(connectError(where, new Error('the connection ended'), tls !== undefined));
    const onAbort = (): void => fail(new AbortError(`connecting to ${where}`, signal as AbortSignal));
    const timer = options.timers.schedule(connectTimeoutMs, () =>
      fail(connectError(where, new Error(`no answer within ${String(connectTimeoutMs)} ms`), tls !== undefined)),
    );
    socket.once('error', onError).once('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      settle();
      resolve(socket);
    });
  });
}

function tlsConnectOptions(address: Address, tls: TlsOptions): NodeTlsOptions {
  // A name for the handshake (SNI) is never an address.
  const servername = tls.servername ?? (isIP(address.host) === 0 ? address.host : undefined);
  return { ...tls, ...(servername === undefined ? {} : { servername }) };
}

function connectError(where: string, cause: Error, isTls: boolean): KafkaError {
  const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
  const remedy = isTls ? tlsRemedy(code, cause) : undefined;
  const question = isTls ? 'is a broker running there, and does this port speak TLS?' : 'is a broker running there?';
  return new KafkaError('MILLRACE_CLIENT_CONNECT', `cannot connect to ${where}: ${code}; ${remedy ?? question}`, {
    // What is known to be wrong with names, certificates or ports does not pass by itself.
    retriable: remedy === undefined,
    cause,
  });
}

function tlsRemedy(code: string, cause: Error): string | undefined {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/.test(code)) {
    return 'this port does not speak TLS: use the port of a TLS listener, or leave `tls` out';
  }
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return 'its certificate is signed by nobody trusted: pass the authority as `tls.ca`';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${messageOf(cause)}): connect by that name, or set \`tls.servername\``;
  }
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired: renew it at the broker';
  if (/CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA/.test(code)) {
    return 'it did not accept the certificate of this client: set `tls.cert` and `tls.key`';
  }
  return undefined;
}
