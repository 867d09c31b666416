/** Signatures of requests between workers, as Kafka Connect's workers make them (KIP-507). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SignedRequest } from '../herder/herder.ts';
import type { SessionKey } from '../stores/config-records.ts';

export const SIGNATURE_HEADER = 'X-Connect-Authorization';
export const SIGNATURE_ALGORITHM_HEADER = 'X-Connect-Request-Signature-Algorithm';

/** Java's names. */
const HASHES: Readonly<Record<string, string>> = {
  HmacSHA256: 'sha256',
  HmacSHA384: 'sha384',
  HmacSHA512: 'sha512',
};
const KEY_BYTES = 32;

export function createSessionKey(algorithm: string, nowMs: number): SessionKey {
  return { key: randomBytes(KEY_BYTES), algorithm, createdAtMs: nowMs };
}

/** Headers of a request with this body. */
export function signatureHeaders(sessionKey: SessionKey, algorithm: string, body: Uint8Array): Record<string, string> {
  return {
    [SIGNATURE_HEADER]: signatureOf(sessionKey, algorithm, body).toString('base64'),
    [SIGNATURE_ALGORITHM_HEADER]: algorithm,
  };
}

export type SignatureVerdict = 'valid' | 'missing' | 'algorithm' | 'wrong';

export function judgeSignature(
  request: SignedRequest,
  sessionKey: SessionKey,
  allowed: readonly string[],
): SignatureVerdict {
  const { signature, algorithm, body } = request;
  if (signature === undefined || algorithm === undefined) return 'missing';
  if (!allowed.includes(algorithm) || HASHES[algorithm] === undefined) return 'algorithm';
  const expected = signatureOf(sessionKey, algorithm, body);
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected) ? 'valid' : 'wrong';
}

function signatureOf({ key }: SessionKey, algorithm: string, body: Uint8Array): Buffer {
  const hash = HASHES[algorithm];
  if (hash === undefined) throw new RangeError(`no signature algorithm of workers is called ${algorithm}`);
  return createHmac(hash, key).update(body).digest();
}
