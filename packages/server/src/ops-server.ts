import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MillraceError, messageOf } from '@millrace/base';
import type { FastifyInstance } from 'fastify';
import type { PrometheusMetrics } from './prometheus-metrics.ts';

export interface OpsServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly metrics: PrometheusMetrics;
  /** Undefined while the broker serves; otherwise why it does not. */
  readonly notReadyReason: () => string | undefined;
}

const PATHS = [
  '/health/live   the process turns its event loop',
  '/health/ready  the broker serves clients',
  '/metrics       for Prometheus',
  '',
].join('\n');

/**
 * The operator's HTTP port: `/health/live` (the process turns its event loop), `/health/ready` (the broker serves clients;
 * 503 with the reason otherwise) and `/metrics` (Prometheus text). `/` names these.
 *
 * The port is bound at once, and what answers on it is loaded by {@link load} or by the first request: loading takes as long as all
 * else that a start does in memory.
 */
export class OpsServer {
  readonly #server: Server;
  readonly #options: OpsServerOptions;
  #pages: Promise<FastifyInstance> | undefined;
  #port = 0;

  constructor(options: OpsServerOptions) {
    this.#options = options;
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

  /** Loads what answers, so that no request has to wait for it. */
  async load(): Promise<void> {
    await (this.#pages ??= createPages(this.#options));
  }

  async close(): Promise<void> {
    if (this.#server.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
    }
    await (await this.#pages)?.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pages = await (this.#pages ??= createPages(this.#options));
    pages.routing(request, response);
  }
}

async function createPages(options: OpsServerOptions): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const pages = fastify();
  pages.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(PATHS));
  pages.get('/health/live', () => ({ status: 'ok' }));
  pages.get('/health/ready', async (_request, reply) => {
    const reason = options.notReadyReason();
    if (reason === undefined) return { status: 'ok' };
    return reply.code(503).send({ status: 'not ready', reason });
  });
  pages.get('/metrics', async (_request, reply) => {
    const { metrics } = options;
    return reply.type(metrics.contentType).send(await metrics.page());
  });
  await pages.ready();
  return pages;
}
