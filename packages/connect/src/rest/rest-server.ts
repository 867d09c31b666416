/**
 * The REST API of a worker on fastify: Kafka Connect 4.3.1's paths, codes and bodies, `/health` and `/metrics`.
 *
 * Invariants: listens before the worker is there, and answers 503 until it is; what a handler throws becomes
 *   `{"error_code", "message"}`, and what nobody foresaw is logged with its stack and answered with 500.
 * Bounds: bodies of BODY_BYTES_MAX; a request is answered after `rest.request.timeout.ms` at the latest.
 * Not here: what is answered (connector-routes.ts and its like).
 */
import { messageOf, type Logger } from '@millrace/base';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { HerderError, NotTheTargetError } from '../herder/herder-error.ts';
import type { WorkerSettings } from '../worker/worker-settings.ts';
import { adminRoutes, type AdminRouteParts } from './admin-routes.ts';
import { errorAnswer, ok, type Answer } from './answer.ts';
import { connectorRoutes, type ConnectorRouteParts } from './connector-routes.ts';
import { forward } from './forward.ts';
import { listenError, parseListener, type Listener } from './listener.ts';
import { METRICS_TYPE, type ConnectMetrics } from './metrics-registry.ts';
import { pluginRoutes, type PluginRouteParts } from './plugin-routes.ts';
import { PeerClient } from './peer-client.ts';
import { headerRules, type HeaderRule } from './response-headers.ts';
import type { RestRequest } from './rest-request.ts';
import { serverTls, type ListenersKey } from './rest-tls.ts';
import type { Route } from './route.ts';

/** The Kafka Connect whose REST API this is: tools look at it to know what they may ask. */
export const REST_API_VERSION = '4.3.1';
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** With a margin over what is asked again at once by clients that keep connections. */
const KEEP_ALIVE_MS = 65_000;

export type RestParts = Omit<ConnectorRouteParts, 'isRedacting'> & PluginRouteParts & AdminRouteParts;

export interface RestServerOptions {
  readonly settings: WorkerSettings;
  readonly metrics: ConnectMetrics;
  /** For `commit` of `GET /`. */
  readonly version: string;
  readonly log: Logger;
}

export class RestServer {
  readonly #options: RestServerOptions;
  readonly #servers: FastifyInstance[] = [];
  readonly #headers: readonly HeaderRule[];
  readonly #peers: PeerClient;
  readonly #opened: Listener[] = [];
  #parts: RestParts | undefined;

  constructor(options: RestServerOptions) {
    this.#options = options;
    this.#headers = headerRules(options.settings.responseHttpHeadersConfig);
    this.#peers = new PeerClient(options.settings.properties);
  }

  /** Opens the listeners; throws MILLRACE_CONNECT_LISTEN naming address and remedy. */
  async listen(): Promise<void> {
    const { listeners, adminListeners } = this.#options.settings;
    const admin = adminRoutes(() => this.#needParts());
    const wanted = listeners.map(parseListener);
    if (wanted.length === 0) throw listenError('listeners is empty: set it to http://host:port');
    // On the same port as the first listener there is one server for both.
    const isAdminApart = adminListeners !== undefined;
    const routes = [...this.#routes(), ...(isAdminApart ? [] : admin)];
    for (const listener of wanted) {
      this.#opened.push({ ...listener, port: await this.#open(listener, routes, 'listeners') });
    }
    for (const listener of adminListeners ?? []) await this.#open(parseListener(listener), admin, 'admin.listeners');
    const { protocol } = this.advertised;
    if (this.#opened.every((each) => each.protocol !== protocol)) {
      throw listenError(`rest.advertised.listener is ${protocol}, and listeners has no such address: add one`);
    }
  }

  /** From now on requests are served. */
  serve(parts: RestParts): void {
    this.#parts = parts;
  }

  /** Where others reach this worker. */
  get advertised(): Listener {
    const { restAdvertisedHostName, restAdvertisedPort, restAdvertisedListener } = this.#options.settings;
    const hasPlain = this.#opened.some(({ protocol }) => protocol === 'http');
    const wanted = restAdvertisedListener ?? (hasPlain ? 'http' : 'https');
    const found = this.#opened.find(({ protocol }) => protocol === wanted);
    const { host, port } = found ?? { host: '', port: 0 };
    return {
      protocol: wanted,
      host: restAdvertisedHostName ?? (host === '' || host === '0.0.0.0' || host === '::' ? ownHostName() : host),
      port: restAdvertisedPort ?? port,
    };
  }

  get url(): string {
    const { protocol, host, port } = this.advertised;
    return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #routes(): Route[] {
    const { restRedactSecrets } = this.#options.settings;
    return [
      { method: 'GET', path: '/', handle: () => this.#root() },
      { method: 'GET', path: '/health', handle: () => this.#health() },
      { method: 'GET', path: '/metrics', handle: () => this.#metrics() },
      ...connectorRoutes(() => ({ ...this.#needParts(), isRedacting: restRedactSecrets })),
      ...pluginRoutes(() => this.#needParts()),
    ];
  }

  async #root(): Promise<Answer> {
    return ok({
      version: REST_API_VERSION,
      commit: `millrace-${this.#options.version}`,
      kafka_cluster_id: await this.#needParts().herder.kafkaClusterId(),
    });
  }

  async #health(): Promise<Answer> {
    const { status, message } =
      this.#parts === undefined
        ? { status: 'starting' as const, message: 'Worker is still starting up.' }
        : await this.#parts.herder.health();
    return { status: { healthy: 200, starting: 503, unhealthy: 500 }[status], body: { status, message } };
  }

  async #metrics(): Promise<Answer> {
    return { status: 200, body: await this.#options.metrics.page(), headers: { 'content-type': METRICS_TYPE } };
  }

  #needParts(): RestParts {
    if (this.#parts !== undefined) return this.#parts;
    throw new HerderError('MILLRACE_CONNECT_UNAVAILABLE', 'the worker is still starting: ask again in a second');
  }

  async #open(listener: Listener, routes: readonly Route[], key: ListenersKey): Promise<number> {
    const { properties } = this.#options.settings;
    const server = fastify({
      ...(listener.protocol === 'https' ? { https: serverTls(properties, key) } : {}),
      bodyLimit: BODY_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: true,
      exposeHeadRoutes: true,
      routerOptions: { ignoreTrailingSlash: true },
    });
    this.#servers.push(server);
    server.removeAllContentTypeParsers();
    // Kept as it came: signatures are over bytes.
    server.addContentTypeParser(/^application\/(?:[\w.-]+\+)?json\b/, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    server.addHook('onRequest', async (request, reply) => this.#addHeaders(request, reply));
    for (const route of routes) {
      server.route({
        method: route.method,
        url: route.path,
        handler: (request, reply) => this.#answer(route, request, reply),
      });
    }
    server.options('*', (_request, reply) => reply.code(204).send());
    server.setNotFoundHandler((request, reply) => {
      const isKnown = routes.some(({ path }) => pathPattern(path).test(pathOf(request)));
      return send(
        reply,
        isKnown ? errorAnswer(405, 'HTTP 405 Method Not Allowed') : errorAnswer(404, 'HTTP 404 Not Found'),
      );
    });
    server.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
      const status = error.statusCode ?? 500;
      return send(reply, errorAnswer(status, status === 415 ? 'HTTP 415 Unsupported Media Type' : error.message));
    });
    try {
      await server.listen({ host: listener.host === '' ? '::' : listener.host, port: listener.port });
    } catch (cause) {
      throw listenError(
        `cannot listen at ${listener.host}:${listener.port}: ${messageOf(cause)}. Free the port, or set listeners to another`,
        cause,
      );
    }
    const address = server.server.address();
    return typeof address === 'object' && address !== null ? address.port : listener.port;
  }

  async #answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body } = request;
    const rest: RestRequest = {
      method: request.method,
      url: request.url,
      params: request.params as Readonly<Record<string, string>>,
      query: new URL(request.url, 'http://worker').searchParams,
      headers: request.headers,
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    };
    const answer = await this.#inTime(route, rest);
    const location = answer.headers?.['location'];
    return send(
      reply,
      location?.startsWith('/') === true
        ? { ...answer, headers: { ...answer.headers, location: `${request.protocol}://${request.host}${location}` } }
        : answer,
    );
  }

  async #inTime(route: Route, request: RestRequest): Promise<Answer> {
    const timeoutMs = this.#options.settings.restRequestTimeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(
        () =>
          resolve(
            errorAnswer(
              500,
              `Request timed out: ${request.method} ${route.path} took more than ${timeoutMs} ms (rest.request.timeout.ms). It may still ` +
                'come to its end; look at the status of the connector and at the worker’s log',
            ),
          ),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([this.#handled(route, request), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #handled(route: Route, request: RestRequest): Promise<Answer> {
    try {
      return await route.handle(request);
    } catch (error) {
      if (error instanceof NotTheTargetError) {
        const { settings, log } = this.#options;
        return forward(request, error, { timeoutMs: settings.restRequestTimeoutMs, peers: this.#peers, log });
      }
      if (error instanceof HerderError) return errorAnswer(error.status, error.message);
      this.#options.log.error('a request failed', { method: request.method, path: route.path, error });
      return errorAnswer(500, messageOf(error));
    }
  }

  async #addHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    for (const { action, name, value } of this.#headers) {
      const text = typeof value === 'number' ? new Date(Date.now() + value).toUTCString() : value;
      if (action === 'set') reply.header(name, text);
      else reply.header(name, reply.hasHeader(name) ? `${String(reply.getHeader(name))}, ${text}` : text);
    }
    const { accessControlAllowOrigin: allowed, accessControlAllowMethods: methods } = this.#options.settings;
    const { origin } = request.headers;
    if (allowed === '' || origin === undefined) return;
    const origins = allowed.split(',').map((each) => each.trim());
    if (!origins.includes('*') && !origins.includes(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('vary', 'Origin');
    if (request.method !== 'OPTIONS') return;
    reply.header('access-control-allow-methods', methods === '' ? 'GET,POST,HEAD' : methods);
    reply.header('access-control-allow-headers', 'content-type,authorization');
  }
}

function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  reply.code(status);
  for (const [name, value] of Object.entries(headers ?? {})) reply.header(name, value);
  if (body === undefined) return reply.send();
  if (typeof body === 'string') return reply.send(body);
  return reply.header('content-type', 'application/json').send(JSON.stringify(body));
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function pathPattern(path: string): RegExp {
  // A name may have a pattern behind it, as `:task(^\\d+$)`.
  const text = path.replaceAll(/:\w+(?:\(\^([^)]*)\$\))?/g, (_all, pattern?: string) => pattern ?? '[^/]+');
  return new RegExp(`^${text}/?$`);
}

function ownHostName(): string {
  return process.getBuiltinModule('node:os').hostname();
}
