import type { SaslMechanism } from './sasl-mechanism.ts';
import { resolveSecret, type Secret } from './secret.ts';

export interface PlainAuth {
  readonly mechanism: 'plain';
  readonly username: string;
  readonly password: Secret;
}

/** PLAIN (RFC 4616): the password goes over the wire as it is, so use it with TLS only. */
export function plainMechanism({ username, password }: PlainAuth): SaslMechanism {
  return {
    name: 'PLAIN',
    begin: () => ({
      first: async () => Buffer.from(`\0${username}\0${await resolveSecret('auth.password', password)}`, 'utf8'),
      next: () => undefined,
    }),
  };
}
