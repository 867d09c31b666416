/**
 * Makes a connection known to the broker as somebody: SaslHandshake, then what the mechanism has to say (KIP-152).
 */
import { messageOf } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createSaslHandshakeRequest,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@millrace/protocol/messages/17-sasl-handshake';
import {
  createSaslAuthenticateRequest,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  type SaslAuthenticateResponse,
} from '@millrace/protocol/messages/36-sasl-authenticate';
import { AuthError, brokerError, KafkaError } from '../error.ts';
import type { Address } from '../network/address.ts';
import type { Answer, Api, RequestFor } from '../network/api.ts';
import type { SaslMechanism } from './sasl-mechanism.ts';

const HANDSHAKE = { request: saslHandshakeRequest, response: saslHandshakeResponse };
const AUTHENTICATE = { request: saslAuthenticateRequest, response: saslAuthenticateResponse };
/** From it on, what the mechanism says travels in requests instead of bare bytes. */
const HANDSHAKE_VERSION = 1;
/** Of words between client and broker; every mechanism needs fewer. */
const ROUNDS_MAX = 16;

/** Sends on one connection, past whatever else waits to be sent on it. */
export interface AuthenticatingConnection {
  readonly address: Address;
  where(): string;
  send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
  ): Promise<Answer<Response>>;
}

/** Throws AuthError. Returns the milliseconds after which the broker wants it done again; 0 = never (KIP-368). */
export async function authenticate(connection: AuthenticatingConnection, mechanism: SaslMechanism): Promise<number> {
  const what = `authenticating with ${mechanism.name} at ${connection.where()}`;
  const handshake = await connection.send(HANDSHAKE, createSaslHandshakeRequest({ mechanism: mechanism.name }));
  if (handshake.version < HANDSHAKE_VERSION) {
    throw new AuthError(`${what} failed: the broker is too old (before 1.0) to authenticate this client`);
  }
  const { errorCode, mechanisms } = handshake.response;
  if (errorCode === ErrorCode.UNSUPPORTED_SASL_MECHANISM) {
    throw brokerError(what, errorCode, `this listener offers ${mechanisms.join(', ') || 'none'}`);
  }
  if (errorCode !== ErrorCode.NONE) throw brokerError(what, errorCode);

  const conversation = mechanism.begin(connection.address);
  try {
    let words: Uint8Array | undefined = await conversation.first();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const said = await say(connection, words, what, () => conversation.refusal?.());
      words = await conversation.next(said.authBytes);
      if (words === undefined) return Number(said.sessionLifetimeMs);
    }
  } catch (cause) {
    if (KafkaError.is(cause)) throw cause;
    throw new AuthError(`${what} failed: ${messageOf(cause)}`, { cause });
  }
  throw new AuthError(`${what} failed: it did not end within ${String(ROUNDS_MAX)} rounds`);
}

async function say(
  connection: AuthenticatingConnection,
  words: Uint8Array,
  what: string,
  refusal: () => string | undefined,
): Promise<SaslAuthenticateResponse & { readonly authBytes: Buffer }> {
  const request = createSaslAuthenticateRequest({ authBytes: Buffer.from(words) });
  const { response } = await connection.send(AUTHENTICATE, request);
  if (response.errorCode !== ErrorCode.NONE) {
    const said = [response.errorMessage ?? '', refusal() ?? ''].filter((each) => each !== '').join(': ');
    throw brokerError(what, response.errorCode, said);
  }
  return { ...response, authBytes: Buffer.from(response.authBytes) };
}
