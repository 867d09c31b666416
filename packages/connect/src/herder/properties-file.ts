/** Java's property files, and files with the configuration of a connector, as properties or as JSON. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MillraceError, messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { TargetState } from './herder.ts';
import { initialStateOf } from './initial-state.ts';

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** Text of a property file: `key=value`, `key: value` or `key value`; `\` at the end of a line goes on with the next. */
export function parseProperties(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  let logical = '';
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trimStart();
    if (logical === '' && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
    if (backslashes % 2 === 1) {
      logical += line.slice(0, -1);
      continue;
    }
    addProperty(properties, logical + line);
    logical = '';
  }
  if (logical !== '') addProperty(properties, logical);
  return properties;
}

function addProperty(properties: Record<string, string>, line: string): void {
  const key = /^(?:\\.|[^\\=:\s])*/.exec(line)?.[0] ?? '';
  const value = line.slice(key.length).replace(/^\s*[=:]?\s*/, '');
  properties[unescape(key)] = unescape(value);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^u])|u)/g, (_all, unicode?: string, other?: string) =>
    unicode !== undefined ? String.fromCharCode(Number.parseInt(unicode, 16)) : (ESCAPES[other ?? ''] ?? other ?? ''),
  );
}

/** Throws MILLRACE_CONNECT_CONFIG_FILE. */
export async function readPropertiesFile(path: string): Promise<Record<string, string>> {
  try {
    return parseProperties(await readFile(path, 'utf8'));
  } catch (cause) {
    throw fileError(path, `cannot be read: ${messageOf(cause)}`, cause);
  }
}

export interface ConnectorFile {
  /** Where it was read from, for messages. */
  readonly path?: string;
  readonly name: string;
  readonly config: ConfigProperties;
  readonly initialState?: TargetState;
}

/** Of a JSON file either `{"name", "config", "initial_state"}` as in POST /connectors, or the settings alone. Throws MILLRACE_CONNECT_CONFIG_FILE. */
export async function readConnectorFile(path: string): Promise<ConnectorFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fileError(path, `cannot be read: ${messageOf(cause)}`, cause);
  }
  if (!text.trimStart().startsWith('{')) return named(path, parseProperties(text));
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw fileError(path, `is not JSON: ${messageOf(cause)}`, cause);
  }
  const { name, config, initial_state: state } = json;
  if (typeof config !== 'object' || config === null) return named(path, texts(path, json));
  const initialState = initialStateOf(state, (problem) => fileError(path, `is not right: ${problem}`));
  const read = named(path, { ...(typeof name === 'string' ? { name } : {}), ...texts(path, config) });
  if (typeof name === 'string' && name !== read.name) {
    throw fileError(path, `is about ${name}, and its config about ${read.name}: give both the same name`);
  }
  return { ...read, ...(initialState === undefined ? {} : { initialState }) };
}

function texts(path: string, object: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, value];
      if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
      throw fileError(path, `has no text for ${key}`);
    }),
  );
}

function named(path: string, config: Record<string, string>): ConnectorFile {
  const name = config['name'];
  if (name === undefined || name === '') {
    throw fileError(path, `names no connector: set name, to ${basename(path).replace(/\.\w+$/, '')} for example`);
  }
  return { path, name, config };
}

function fileError(path: string, problem: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_CONFIG_FILE', `${path} ${problem}`, { cause });
}
