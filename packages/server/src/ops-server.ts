import { MillraceError, messageOf } from '@millrace/base';
import { fastify, type FastifyInstance } from 'fastify';
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
 */
export class OpsServer {
  readonly #http: FastifyInstance;
  readonly #options: OpsServerOptions;
  #port = 0;

  constructor(options: OpsServerOptions) {
    this.#options = options;
    this.#http = fastify({ forceCloseConnections: true });
    this.#http.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(PATHS));
    this.#http.get('/health/live', () => ({ status: 'ok' }));
    this.#http.get('/health/ready', async (_request, reply) => {
      const reason = options.notReadyReason();
      if (reason === undefined) return { status: 'ok' };
      return reply.code(503).send({ status: 'not ready', reason });
    });
    this.#http.get('/metrics', async (_request, reply) => {
      const { metrics } = options;
      return reply.type(metrics.contentType).send(await metrics.page());
    });
  }

  get port(): number {
    return this.#port;
  }

  /** @throws {MillraceError} MILLRACE_SERVER_OPS_LISTEN naming address and remedy */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    try {
      await this.#http.listen({ host, port });
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
    const address = this.#http.server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }
}
