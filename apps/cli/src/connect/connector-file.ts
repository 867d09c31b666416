/** Configurations of connectors in files: JSON as REST takes it, or properties as Kafka Connect's standalone mode does. */
import { readFile } from 'node:fs/promises';
import { messageOf, MillraceError } from '@millrace/base';
import type { CliContext } from '../cli-context.ts';

export interface ConnectorFile {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

/** Reads `path`, or standard input for `-`. `name` wins over the one in the file. */
export async function readConnectorFile(
  { input }: Pick<CliContext, 'input'>,
  path: string,
  name?: string,
): Promise<ConnectorFile> {
  const text = path === '-' ? await textOf(input()) : await fileText(path);
  const where = path === '-' ? 'standard input' : path;
  const content = text.trimStart().startsWith('{') ? fromJson(text, where) : propertiesOf(text, where);
  const chosen = name ?? content.name;
  if (chosen === undefined || chosen === '') throw invalid(`${where} has no "name": put it there, or pass --name`);
  return { name: chosen, config: { ...content.config, name: chosen } };
}

interface Content {
  readonly name: string | undefined;
  readonly config: Record<string, string>;
}

function fromJson(text: string, where: string): Content {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw invalid(`${where} is no JSON: ${messageOf(cause)}`, cause);
  }
  const object = parsed as Record<string, unknown>;
  const isWrapped = typeof object['config'] === 'object' && object['config'] !== null;
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries(isWrapped ? (object['config'] as object) : object)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw invalid(`${where}: "${key}" must be text, a number, true or false`);
    }
    config[key] = String(value);
  }
  const name = isWrapped ? object['name'] : undefined;
  return { name: typeof name === 'string' ? name : config['name'], config };
}

/** `key=value` lines as Java writes them: `:` or blanks separate too, `#` and `!` begin comments, `\` joins lines and escapes. */
export function propertiesOf(text: string, where: string): Content {
  const config: Record<string, string> = {};
  const lines = text
    .replace(/\r\n?/g, '\n')
    .replace(/(?<!\\)((?:\\\\)*)\\\n[ \t]*/g, '$1')
    .split('\n');
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trimStart();
    if (trimmed === '' || /^[#!]/.test(trimmed)) continue;
    const [, key = '', value = ''] = /^((?:\\.|[^=:\s\\])+)\s*(?:[=:]\s*|\s)?(.*)$/.exec(trimmed) ?? [];
    if (key === '') throw invalid(`${where}: line ${String(index + 1)} is no key=value`);
    config[unescaped(key)] = unescaped(value);
  }
  return { name: config['name'], config };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, char: string | undefined) =>
    code === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(parseInt(code, 16)),
  );
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`cannot read ${path}: ${messageOf(cause)}`, cause);
  }
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function invalid(message: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CLIENT_INVALID_OPTION', message, cause === undefined ? {} : { cause });
}
