/**
 * OAUTHBEARER (RFC 7628; KIP-255): the broker is shown a token that the user's function fetched.
 *
 * Owns: the newest token, shared by all connections of a client until a fifth of its lifetime is left.
 * Invariants: callers that come while a token is being fetched share the call.
 */
import type { Clock } from '@millrace/base';
import { AuthError } from '../error.ts';
import type { SaslConversation, SaslMechanism } from './sasl-mechanism.ts';
import { callForSecret } from './secret.ts';

export interface OAuthToken {
  /** The bearer token itself, without `Bearer`. */
  readonly value: string;
  /** Epoch milliseconds. Default: the `exp` claim of a JWT, else the token is used once. */
  readonly expiresAtMs?: number;
  /** SASL extensions (KIP-342): names are letters only. */
  readonly extensions?: Readonly<Record<string, string>>;
}

export interface OAuthBearerAuth {
  readonly mechanism: 'oauthbearer';
  /** Fetches a token, for example from the token endpoint of an identity provider. */
  readonly token: () => OAuthToken | string | Promise<OAuthToken | string>;
}

/** The part of a token's lifetime that has to be left for it to be shown once more. */
const LIFETIME_LEFT_MIN = 0.2;
const SEPARATOR = '\u0001';
const TOKEN = /^[-A-Za-z0-9._~+/]+=*$/;
const EXTENSION_NAME = /^[A-Za-z]+$/;
const EXTENSION_VALUE = /^[\u0021-\u007E \t\r\n]+$/;

export function oauthBearerMechanism(auth: OAuthBearerAuth, clock: Clock): SaslMechanism {
  const source = new TokenSource(auth.token, clock);
  return { name: 'OAUTHBEARER', begin: () => new OAuthBearerConversation(source) };
}

class OAuthBearerConversation implements SaslConversation {
  readonly #source: TokenSource;
  #refusal: string | undefined;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  async first(): Promise<Buffer> {
    const { value, extensions = {} } = await this.#source.get();
    const pairs = [`auth=Bearer ${value}`, ...Object.entries(extensions).map(([key, text]) => `${key}=${text}`)];
    return Buffer.from(`n,,${SEPARATOR}${pairs.join(SEPARATOR)}${SEPARATOR}${SEPARATOR}`, 'utf8');
  }

  next(challenge: Buffer): Buffer | undefined {
    if (challenge.length === 0) return undefined;
    // What it says is why it refuses; the refusal itself comes after this acknowledgement.
    this.#refusal = refusalOf(challenge.toString('utf8'));
    this.#source.forget();
    return Buffer.from(SEPARATOR);
  }

  refusal(): string | undefined {
    return this.#refusal;
  }
}

export class TokenSource {
  readonly #fetchToken: OAuthBearerAuth['token'];
  readonly #clock: Clock;
  #token: OAuthToken | undefined;
  #useUntilMs = 0;
  #fetching: Promise<OAuthToken> | undefined;

  constructor(fetchToken: OAuthBearerAuth['token'], clock: Clock) {
    this.#fetchToken = fetchToken;
    this.#clock = clock;
  }

  get(): Promise<OAuthToken> {
    if (this.#token !== undefined && this.#clock.nowMs() < this.#useUntilMs) return Promise.resolve(this.#token);
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  /** It was refused: the next connection fetches another. */
  forget(): void {
    this.#token = undefined;
  }

  async #fetch(): Promise<OAuthToken> {
    const given = await callForSecret('auth.token', this.#fetchToken);
    const token = checkToken(typeof given === 'string' ? { value: given } : given);
    const nowMs = this.#clock.nowMs();
    const expiresAtMs = token.expiresAtMs ?? expiryOfJwt(token.value) ?? nowMs;
    this.#useUntilMs = expiresAtMs - (expiresAtMs - nowMs) * LIFETIME_LEFT_MIN;
    this.#token = token;
    return token;
  }
}

function checkToken(token: OAuthToken): OAuthToken {
  if (typeof token !== 'object' || token === null || typeof token.value !== 'string' || !TOKEN.test(token.value)) {
    throw new AuthError(
      'the function given as `auth.token` returned no bearer token: return { value } or the token itself',
    );
  }
  for (const [name, text] of Object.entries(token.extensions ?? {})) {
    if (!EXTENSION_NAME.test(name) || name === 'auth' || !EXTENSION_VALUE.test(text)) {
      throw new AuthError(
        `\`${name}\` cannot be a SASL extension: names are letters, not "auth"; values are plain text`,
      );
    }
  }
  return token;
}

/** When a JWT ends, by its own word; it is not verified here. */
function expiryOfJwt(value: string): number | undefined {
  const [, payload] = value.split('.');
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = (claims as { exp?: unknown } | null)?.exp;
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

/** `{"status":"invalid_token","scope":…}` or whatever else it is, as words for a message. */
function refusalOf(text: string): string {
  const shown = text.slice(0, 300);
  try {
    const said: unknown = JSON.parse(text);
    const status = (said as { status?: unknown } | null)?.status;
    return typeof status === 'string' ? `the broker says ${status}` : shown;
  } catch {
    return shown;
  }
}
