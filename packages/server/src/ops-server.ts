import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { MillraceError, messageOf } from '@millrace/base';
import type { PrometheusMetrics } from './prometheus-metrics.ts';

export interface OpsServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly metrics: PrometheusMetrics;
  /** Undefined while the broker serves; otherwise why it does not. */
  readonly notReadyReason: () => string | undefined;
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly content: string | Buffer;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const PATHS = [
  '/health/live   the process turns its event loop',
  '/health/ready  the broker serves clients',
  '/metrics       for Prometheus',
  '',
].join('\n');

/**
 * The operator's HTTP port: `/health/live` (the process turns its event loop), `/health/ready` (the broker serves clients;
 * 503 with the reason otherwise) and `/metrics` (Prometheus text). `/` names these; all take GET and HEAD.
 *
 * Node's own server, since loading a framework for four paths took a fifth of the time of a start. And not by `import`, which looks at
 * all that `node:http` has to offer, and so loads a WebSocket client, HTTP/2 and TLS: a fifth again.
 */
export class OpsServer {
  readonly #server: Server;
  readonly #options: OpsServerOptions;
  #port = 0;

  constructor(options: OpsServerOptions) {
    this.#options = options;
    const { createServer } = process.getBuiltinModule('node:http');
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  get port(): number {
    return this.#port;
  }

  /** @throws {MillraceError} MILLRACE_SERVER_OPS_LISTEN naming address and remedy */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    try {
      this.#server.listen({ host, port });
      await once(this.#server, 'listening');
    } catch (cause) {
      const inUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
      throw new MillraceError(
        'MILLRACE_SERVER_OPS_LISTEN',
        inUse
          ? `ops port ${host}:${String(port)} is in use: stop what listens there, or choose another with --ops-port (0 picks a free one)`
          : `cannot listen on ops address ${host}:${String(port)}: ${messageOf(cause)}`,
        { cause, details: { host, port } },
      );
    }
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let page: Page;
    try {
      page = await this.#page(request);
    } catch (error) {
      page = json(500, { error: messageOf(error) });
    }
    const bytes = typeof page.content === 'string' ? Buffer.from(page.content) : page.content;
    response.writeHead(page.status, { 'content-type': page.contentType, 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async #page({ method, url = '/' }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: `${method} is not answered here; use GET` });
    const { metrics, notReadyReason } = this.#options;
    const [path] = url.split('?', 1);
    switch (path) {
      case '/':
        return { status: 200, contentType: 'text/plain; charset=utf-8', content: PATHS };
      case '/health/live':
        return json(200, { status: 'ok' });
      case '/health/ready': {
        const reason = notReadyReason();
        return reason === undefined ? json(200, { status: 'ok' }) : json(503, { status: 'not ready', reason });
      }
      case '/metrics':
        return { status: 200, contentType: metrics.contentType, content: await metrics.page() };
      default:
        return json(404, { error: 'there is no such page; / names those that are there' });
    }
  }
}

function json(status: number, content: object): Page {
  return { status, contentType: JSON_TYPE, content: JSON.stringify(content) };
}
