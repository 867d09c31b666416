/** The REST API of a Connect worker, as far as the commands need it. */
import { messageOf, MillraceError } from '@millrace/base';
import { wrongUsage } from '../cluster/cluster-command.ts';

export interface ConnectClientOptions {
  readonly url: string;
  /** Of each request. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface RunStatus {
  readonly state: string;
  readonly worker_id: string;
  readonly version?: string;
  readonly trace?: string;
  readonly restarts?: number;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly type: string;
  readonly connector: RunStatus;
  readonly tasks: readonly (RunStatus & { readonly id: number })[];
}

export interface ConnectorInfo {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
  readonly type: string;
}

export interface ConnectorOffsets {
  readonly offsets: readonly { readonly partition: unknown; readonly offset: unknown }[];
}

export interface PluginInfo {
  readonly class: string;
  readonly type: string;
  readonly version: string | null;
}

export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: string;
  readonly documentation: string;
}

export interface ValidatedConfig {
  readonly name: string;
  readonly error_count: number;
  /** What is deprecated or has no effect; Kafka Connect has none of it. */
  readonly warnings?: readonly string[];
  readonly configs: readonly {
    readonly definition: ConfigKeyInfo;
    readonly value: { readonly name: string; readonly errors: readonly string[] };
  }[];
}

const EXCERPT_CHARS_MAX = 300;

export class ConnectClient {
  readonly #options: ConnectClientOptions;
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: ConnectClientOptions) {
    this.#options = options;
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw wrongUsage(`the URL of a worker is like http://127.0.0.1:8083; "${options.url}" is none`);
    }
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    this.#headers = {
      accept: 'application/json',
      ...(url.username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    };
    url.username = url.password = '';
    this.#base = url;
  }

  /**
   * Resolves with the body, undefined when there is none. Throws `MILLRACE_CLI_CONNECT_REFUSED` with what the worker said, or
   * `MILLRACE_CLI_CONNECT_UNREACHABLE` when it said nothing.
   */
  async call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const text = await this.text(method, path, body);
    try {
      return (text === '' ? undefined : JSON.parse(text)) as Body;
    } catch (cause) {
      const excerpt = text.slice(0, EXCERPT_CHARS_MAX);
      throw unreachable(
        `${this.#base.href} is no Connect worker: it answers ${method} ${path} with "${excerpt}"`,
        cause,
      );
    }
  }

  async text(method: string, path: string, body?: unknown): Promise<string> {
    const { timeoutMs, signal } = this.#options;
    const url = new URL(`${this.#base.pathname.replace(/\/$/, '')}${path}`, this.#base);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      text = await response.text();
    } catch (cause) {
      throw unreachable(`no answer from the worker at ${this.#base.href}: ${reasonOf(cause)}`, cause);
    }
    if (!response.ok) {
      throw new MillraceError(
        'MILLRACE_CLI_CONNECT_REFUSED',
        `${saidIn(text)} (${method} ${path}: HTTP ${String(response.status)})`,
        {
          retriable: response.status === 409 || response.status >= 500,
          details: { status: response.status },
        },
      );
    }
    return text;
  }
}

/** `/connectors/NAME` with whatever is in the name. */
export function connectorPath(name: string, rest = ''): string {
  return `/connectors/${encodeURIComponent(name)}${rest}`;
}

function saidIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
  } catch {
    // A proxy in between says it in its own way.
  }
  return text === '' ? 'the worker says no more than the status' : text.slice(0, EXCERPT_CHARS_MAX);
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return inner instanceof AggregateError ? inner.errors.map(messageOf).join('; ') : messageOf(inner);
}

function unreachable(message: string, cause: unknown): MillraceError {
  return new MillraceError('MILLRACE_CLI_CONNECT_UNREACHABLE', message, { retriable: true, cause });
}
