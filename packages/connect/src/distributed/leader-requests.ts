/** What a worker asks of the leader by itself, signed (KIP-507). */
import type { TaskConfig } from '@millrace/connect-api';
import { HerderError, type HerderErrorCode } from '../herder/herder-error.ts';
import type { PeerClient } from '../rest/peer-client.ts';
import { peerFailure } from '../rest/peer-failure.ts';
import type { SessionKey } from '../stores/config-records.ts';
import { signatureHeaders } from './request-signature.ts';

const REQUEST_TIMEOUT_MS = 30_000;

/** By status of the answer. */
const CODES: Readonly<Record<number, HerderErrorCode>> = {
  400: 'MILLRACE_CONNECT_BAD_REQUEST',
  403: 'MILLRACE_CONNECT_FORBIDDEN',
  404: 'MILLRACE_CONNECT_NOT_FOUND',
  409: 'MILLRACE_CONNECT_CONFLICT',
  503: 'MILLRACE_CONNECT_UNAVAILABLE',
};

export interface LeaderRequestsOptions {
  /** Base URL; undefined while it is not known. */
  leaderUrl(): string | undefined;
  sessionKey(): SessionKey | undefined;
  readonly algorithm: string;
  readonly peers: PeerClient;
  readonly signal: AbortSignal;
}

export class LeaderRequests {
  readonly #options: LeaderRequestsOptions;
  #leader = new AbortController();

  constructor(options: LeaderRequestsOptions) {
    this.#options = options;
  }

  /** Another worker leads: what the one before has not answered, it may never answer. */
  leaderChanged(): void {
    this.#leader.abort();
    this.#leader = new AbortController();
  }

  /** Throws HerderError; MILLRACE_CONNECT_UNAVAILABLE when the leader cannot be asked now. */
  async putTaskConfigs(connector: string, configs: readonly TaskConfig[]): Promise<void> {
    await this.#ask('POST', `connectors/${encodeURIComponent(connector)}/tasks`, JSON.stringify(configs));
  }

  /** Throws HerderError; MILLRACE_CONNECT_UNAVAILABLE when the leader cannot be asked now. */
  async fence(connector: string): Promise<void> {
    await this.#ask('PUT', `connectors/${encodeURIComponent(connector)}/fence`, '');
  }

  async #ask(method: string, path: string, text: string): Promise<void> {
    const leaderUrl = this.#options.leaderUrl();
    const sessionKey = this.#options.sessionKey();
    if (leaderUrl === undefined || sessionKey === undefined) {
      const missing = leaderUrl === undefined ? 'the group has no leader' : 'the leader has made no session key';
      throw new HerderError('MILLRACE_CONNECT_UNAVAILABLE', `${method} ${path}: ${missing} at the moment`);
    }
    const body = Buffer.from(text);
    let status: number;
    let said: string;
    try {
      ({ status, text: said } = await this.#options.peers.ask(new URL(path, leaderUrl), {
        method,
        headers: {
          'Content-Type': 'application/json',
          ...signatureHeaders(sessionKey, this.#options.algorithm, body),
        },
        body: text === '' ? undefined : body,
        signal: AbortSignal.any([this.#options.signal, this.#leader.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      }));
    } catch (cause) {
      const message = `${method} ${path}: the leader at ${leaderUrl} cannot be asked: ${peerFailure(cause, leaderUrl)}`;
      throw new HerderError('MILLRACE_CONNECT_UNAVAILABLE', message, { cause });
    }
    if (status < 300) return;
    const code = CODES[status] ?? 'MILLRACE_CONNECT_FAILED';
    throw new HerderError(code, `${method} ${path}: the leader at ${leaderUrl} answered ${status}: ${said}`);
  }
}
