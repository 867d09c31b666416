import type { Clock } from '@millrace/base';
import {
  checkOptions,
  func,
  invalidOption,
  boolean,
  either,
  oneOf,
  required,
  secret,
  text,
} from '../options/check-options.ts';
import { oauthBearerMechanism, type OAuthBearerAuth } from './oauth-bearer.ts';
import { plainMechanism, type PlainAuth } from './plain.ts';
import type { SaslMechanism } from './sasl-mechanism.ts';
import { scramMechanism, type ScramAuth } from './scram.ts';

/** Who this client is: user and password, a token, or a mechanism of one's own. */
export type Auth = PlainAuth | ScramAuth | OAuthBearerAuth | SaslMechanism;

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;
const USER = { username: required(text), password: required(secret(either(text, func))) };
const SPECS = {
  plain: { mechanism: oneOf(...MECHANISMS), ...USER },
  'scram-sha-256': { mechanism: oneOf(...MECHANISMS), ...USER, isDelegationToken: boolean },
  'scram-sha-512': { mechanism: oneOf(...MECHANISMS), ...USER, isDelegationToken: boolean },
  oauthbearer: { mechanism: oneOf(...MECHANISMS), token: required(secret(func)) },
};

/** Throws MILLRACE_CLIENT_INVALID_OPTION when the `auth` option cannot be used. */
export function checkAuth(auth: Auth): void {
  if (typeof auth !== 'object' || auth === null) throw invalidOption('kafka()', 'auth', auth, 'an object');
  if ('begin' in auth) {
    if (typeof auth.begin !== 'function' || typeof auth.name !== 'string') {
      throw invalidOption('kafka()', 'auth', auth, 'a SaslMechanism with `name` and `begin`');
    }
    return;
  }
  if (!MECHANISMS.includes(auth.mechanism)) {
    throw invalidOption(
      'auth',
      'mechanism',
      auth.mechanism,
      `one of ${MECHANISMS.map((each) => `"${each}"`).join(', ')}`,
    );
  }
  checkOptions('auth', auth, SPECS[auth.mechanism]);
}

export function mechanismOf(auth: Auth, clock: Clock): SaslMechanism {
  if ('begin' in auth) return auth;
  switch (auth.mechanism) {
    case 'plain':
      return plainMechanism(auth);
    case 'oauthbearer':
      return oauthBearerMechanism(auth, clock);
    case 'scram-sha-256':
    case 'scram-sha-512':
      return scramMechanism(auth);
  }
}
