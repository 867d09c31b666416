/** SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's half; without channel binding. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { PostgresError } from './postgres-error.ts';

const derive = promisify(pbkdf2);
const KEY_BYTES = 32;
/** A server that asks for more would only keep this process busy. */
const ITERATIONS_MAX = 10_000_000;

export interface ScramConversation {
  readonly first: string;
  /** The answer to the server's first message. */
  answer(serverFirst: string): Promise<string>;
  /** Throws when the server does not know the password itself. */
  verify(serverFinal: string): void;
}

/** @param nonce printable text without a comma, different each time */
export function startScram(password: string, nonce: string): ScramConversation {
  const clientFirst = `n=,r=${nonce}`;
  let serverSignature: Buffer | undefined;
  return {
    first: `n,,${clientFirst}`,
    async answer(serverFirst) {
      const { r: serverNonce, s: salt, i: rounds } = attributes(serverFirst);
      const iterations = Number(rounds);
      if (serverNonce === undefined || salt === undefined || !serverNonce.startsWith(nonce) || serverNonce === nonce)
        throw refused('its first message is not an answer to ours');
      if (!Number.isSafeInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX)
        throw refused(`it asks for ${rounds} iterations`);
      const salted = await derive(
        password.normalize('NFKC'),
        Buffer.from(salt, 'base64'),
        iterations,
        KEY_BYTES,
        'sha256',
      );
      const clientKey = hmac(salted, 'Client Key');
      const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${serverNonce}`;
      const all = `${clientFirst},${serverFirst},${withoutProof}`;
      const signature = hmac(createHash('sha256').update(clientKey).digest(), all);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      serverSignature = hmac(hmac(salted, 'Server Key'), all);
      return `${withoutProof},p=${proof.toString('base64')}`;
    },
    verify(serverFinal) {
      const { v: signature } = attributes(serverFinal);
      const given = Buffer.from(signature ?? '', 'base64');
      if (serverSignature === undefined || given.length !== KEY_BYTES || !timingSafeEqual(given, serverSignature))
        throw refused('it does not know the password either');
    },
  };
}

function refused(why: string): PostgresError {
  return new PostgresError('AUTHENTICATION', `cannot log in by SCRAM: the server is not what it says: ${why}`);
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function attributes(message: string): Record<string, string | undefined> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
