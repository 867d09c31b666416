import { AuthError, KafkaError } from '../error.ts';

/** A secret, or what fetches it when a connection needs it, so that it may change while the client lives. */
export type Secret = string | (() => string | Promise<string>);

export async function resolveSecret(name: string, secret: Secret): Promise<string> {
  const value: unknown = typeof secret === 'function' ? await callForSecret(name, secret) : secret;
  if (typeof value !== 'string' || value === '') {
    throw new AuthError(`the function given as \`${name}\` returned no text: return the secret as a string`);
  }
  return value;
}

/** Calls what the user gave; its failure may pass, as when a vault or token endpoint is away for a moment. */
export async function callForSecret<T>(name: string, fetchSecret: () => T | Promise<T>): Promise<T> {
  try {
    return await fetchSecret();
  } catch (cause) {
    if (KafkaError.is(cause)) throw cause;
    throw new AuthError(`the function given as \`${name}\` failed; see the cause`, { retriable: true, cause });
  }
}
