/** The REST API of a Connect worker, as far as the commands need it. */
import { MillraceError } from '@millrace/base';
import { askWorker, type WorkerAnswer } from './worker-request.ts';
import { silenceOf } from './worker-silence.ts';
import type { WorkerTls } from './worker-tls.ts';

export interface ConnectClientOptions {
  /** http or https. */
  readonly url: URL;
  /** Undefined: what Node trusts, and no certificate of its own. */
  readonly tls?: WorkerTls | undefined;
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
    const url = new URL(options.url);
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
   * `MILLRACE_CLI_CONNECT_UNREACHABLE` when it said nothing, and the reason of the signal when that is why.
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
    const { timeoutMs, signal, tls } = this.#options;
    const url = new URL(`${this.#base.pathname.replace(/\/$/, '')}${path}`, this.#base);
    let answer: WorkerAnswer;
    try {
      answer = await askWorker(url, {
        method,
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        tls,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (cause) {
      signal.throwIfAborted();
      const { reason, isLasting } = silenceOf(cause, this.#base, tls?.showsCertificate ?? false);
      throw unreachable(`no answer from the worker at ${this.#base.href}: ${reason}`, cause, !isLasting);
    }
    const { status, location, text } = answer;
    if (status >= 300 && status < 400 && location !== undefined) {
      throw unreachable(
        `${this.#base.href} sends ${method} ${path} on to ${location}: give the worker's own address as --url`,
        undefined,
        false,
      );
    }
    if (status < 200 || status > 299) {
      throw new MillraceError(
        'MILLRACE_CLI_CONNECT_REFUSED',
        `${saidIn(text)} (${method} ${path}: HTTP ${String(status)})`,
        {
          retriable: status === 409 || status >= 500,
          details: { status },
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

function unreachable(message: string, cause: unknown, retriable = true): MillraceError {
  return new MillraceError('MILLRACE_CLI_CONNECT_UNREACHABLE', message, { retriable, cause });
}
