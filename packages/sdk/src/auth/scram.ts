/**
 * SCRAM (RFC 5802, RFC 7677; KIP-84): the password is proved, never sent, and the broker proves that it knows it too.
 *
 * Invariants: the broker's signature is verified before the conversation counts as done; a nonce is used once.
 * Bounds: iterations from `ITERATIONS_MIN` to `ITERATIONS_MAX`, so that a false broker can neither weaken the proof nor
 *   keep this process busy.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AuthError } from '../error.ts';
import type { SaslConversation, SaslMechanism } from './sasl-mechanism.ts';
import { resolveSecret, type Secret } from './secret.ts';

export interface ScramAuth {
  readonly mechanism: 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: Secret;
  /** User and password are id and HMAC of a delegation token (KIP-48). Default false. */
  readonly isDelegationToken?: boolean;
}

const ITERATIONS_MIN = 4_096;
const ITERATIONS_MAX = 1_000_000;
const NONCE_BYTES = 24;
/** Base64 of `n,,`: no channel binding, which Kafka does not know. */
const CHANNEL_BINDING = 'c=biws';

const deriveKey = promisify(pbkdf2);

export function scramMechanism(auth: ScramAuth): SaslMechanism {
  const hash = auth.mechanism === 'scram-sha-256' ? 'sha256' : 'sha512';
  return {
    name: auth.mechanism.toUpperCase(),
    begin: () => new ScramConversation(hash, auth, randomBytes(NONCE_BYTES).toString('base64')),
  };
}

export class ScramConversation implements SaslConversation {
  readonly #hash: string;
  readonly #auth: Pick<ScramAuth, 'username' | 'password' | 'isDelegationToken'>;
  readonly #nonce: string;
  #serverSignature: Buffer | undefined;

  constructor(hash: string, auth: Pick<ScramAuth, 'username' | 'password' | 'isDelegationToken'>, nonce: string) {
    this.#hash = hash;
    this.#auth = auth;
    this.#nonce = nonce;
  }

  first(): Buffer {
    return Buffer.from(`n,,${this.#firstBare()}`, 'utf8');
  }

  async next(challenge: Buffer): Promise<Buffer | undefined> {
    const text = challenge.toString('utf8');
    if (this.#serverSignature === undefined) return this.#prove(text);
    this.#verify(text, this.#serverSignature);
    return undefined;
  }

  #firstBare(): string {
    const { username, isDelegationToken } = this.#auth;
    const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    return `n=${name},r=${this.#nonce}${isDelegationToken === true ? ',tokenauth=true' : ''}`;
  }

  async #prove(serverFirst: string): Promise<Buffer> {
    const attributes = attributesOf(serverFirst);
    const nonce = attributes.get('r') ?? '';
    const salt = Buffer.from(attributes.get('s') ?? '', 'base64');
    const iterations = Number(attributes.get('i'));
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new AuthError('the broker did not go on with the nonce of this client: it cannot be trusted');
    }
    if (salt.length === 0 || !(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) {
      const range = `${String(ITERATIONS_MIN)} to ${String(ITERATIONS_MAX)}`;
      throw new AuthError(
        `the broker asks for ${String(iterations)} SCRAM iterations and ${String(salt.length)} bytes of salt; ${range} and some are taken`,
      );
    }
    const password = await resolveSecret('auth.password', this.#auth.password);
    const hashBytes = createHash(this.#hash).digest().length;
    const salted = await deriveKey(password, salt, iterations, hashBytes, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const withoutProof = `${CHANNEL_BINDING},r=${nonce}`;
    const authMessage = `${this.#firstBare()},${serverFirst},${withoutProof}`;
    const proof = this.#hmac(createHash(this.#hash).update(clientKey).digest(), authMessage);
    for (let index = 0; index < proof.length; index++) proof[index] = (proof[index] ?? 0) ^ (clientKey[index] ?? 0);
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), authMessage);
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'utf8');
  }

  #verify(serverFinal: string, expected: Buffer): void {
    const attributes = attributesOf(serverFinal);
    const refusal = attributes.get('e');
    if (refusal !== undefined)
      throw new AuthError(`the broker refused: ${refusal}; check user and password in \`auth\``);
    const signature = Buffer.from(attributes.get('v') ?? '', 'base64');
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new AuthError('the broker could not prove that it knows this user: it cannot be trusted');
    }
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text, 'utf8').digest();
  }
}

/** `r=…,s=…,i=…` by letter; values may hold `=` but no comma. */
function attributesOf(text: string): Map<string, string> {
  return new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
