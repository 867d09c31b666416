/** A request as handlers see it, and readers of its parts that say what is wrong with them. */
import { messageOf } from '@millrace/base';
import { HerderError } from '../herder/herder-error.ts';
import { parseJson } from '../stores/json-text.ts';

export interface RestRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

type JsonObject = Readonly<Record<string, unknown>>;

export function header(request: RestRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** False unless the query says true. */
export function flag(request: RestRequest, name: string): boolean {
  return request.query.get(name)?.toLowerCase() === 'true';
}

export function objectBody(request: RestRequest): JsonObject {
  const value = jsonBody(request);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw bad('the body has to be a JSON object');
}

export function jsonBody(request: RestRequest): unknown {
  if (request.body.length === 0) throw bad('the body is empty: send JSON');
  try {
    return parseJson(request.body.toString('utf8'));
  } catch (error) {
    throw bad(`the body is not JSON: ${messageOf(error)}`);
  }
}

/** A map of texts; numbers and booleans are taken as they are written. */
export function configOf(value: unknown, what: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(patchOf(value, what)).flatMap(([key, text]) => (text === null ? [] : [[key, text]])),
  );
}

export function patchOf(value: unknown, what: string): Record<string, string | null> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`${what} has to be a JSON object with a text for each setting`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, setting]: [string, unknown]) => {
      if (setting === null || typeof setting === 'string') return [key, setting];
      if (typeof setting === 'number' || typeof setting === 'boolean' || typeof setting === 'bigint') {
        return [key, String(setting)];
      }
      throw bad(`setting ${key} is a JSON ${Array.isArray(setting) ? 'array' : 'object'}: write it as text`);
    }),
  );
}

export function onlyFields(body: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw bad(`unknown field ${unknown}: there are ${known.join(', ')}`);
}

export function taskIndex(request: RestRequest): number {
  return Number(request.params['task']);
}

export function connectorName(request: RestRequest): string {
  return request.params['connector'] ?? '';
}

export function bad(message: string): HerderError {
  return new HerderError('MILLRACE_CONNECT_BAD_REQUEST', message);
}
