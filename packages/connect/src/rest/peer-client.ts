/**
 * Requests of this worker to another one, over HTTP or HTTPS.
 *
 * Invariants: over HTTPS it shows the certificate of this worker, and speaks only to whom its authorities vouch for; a connection serves one
 *   request, since they are rare and the other worker may be another process the next time.
 */
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ConfigProperties } from '@millrace/connect-api';
import { peerTls } from './rest-tls.ts';

export interface PeerRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none. */
  readonly body?: Buffer | undefined;
  readonly signal: AbortSignal;
}

export interface PeerAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export class PeerClient {
  readonly #properties: ConfigProperties;
  #tls: ReturnType<typeof peerTls> | undefined;

  /** Properties of the worker. */
  constructor(properties: ConfigProperties) {
    this.#properties = properties;
  }

  /** Throws what Node throws when there is no answer, or the signal's reason. */
  async ask(url: URL, { method, headers, body, signal }: PeerRequest): Promise<PeerAnswer> {
    signal.throwIfAborted();
    const options = { method, headers, signal, agent: false };
    const isSecure = url.protocol === 'https:';
    if (isSecure) this.#tls ??= peerTls(this.#properties);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = isSecure ? requestHttps(url, { ...options, ...this.#tls }) : requestHttp(url, options);
      request.once('response', resolve);
      request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
      request.end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
  }
}
