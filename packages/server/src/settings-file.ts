import { extname } from 'node:path';
import { MillraceError, messageOf } from '@millrace/base';

/**
 * Reads a settings file: `.yaml`/`.yml` (flat dotted keys or nested maps; lists become comma-separated values), anything else as Java properties.
 *
 * @throws {MillraceError} MILLRACE_SERVER_CONFIG_FILE naming the file and, for properties, the line
 */
export async function parseSettingsFile(path: string, text: string): Promise<Map<string, string>> {
  const extension = extname(path).toLowerCase();
  return extension === '.yaml' || extension === '.yml' ? parseYaml(path, text) : parseProperties(path, text);
}

async function parseYaml(path: string, text: string): Promise<Map<string, string>> {
  // Most brokers have no such file.
  const { parse } = await import('yaml');
  let root: unknown;
  try {
    root = parse(text);
  } catch (cause) {
    throw badFile(path, messageOf(cause), cause);
  }
  const settings = new Map<string, string>();
  if (root === null || root === undefined) return settings;
  if (!isMap(root)) throw badFile(path, 'the top level must be a map of settings');
  flatten(path, '', root, settings);
  return settings;
}

function flatten(path: string, prefix: string, map: Record<string, unknown>, into: Map<string, string>): void {
  for (const [name, value] of Object.entries(map)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (isMap(value)) flatten(path, key, value, into);
    else if (Array.isArray(value)) into.set(key, value.map((item) => scalarText(path, key, item)).join(','));
    else into.set(key, scalarText(path, key, value));
  }
}

function scalarText(path: string, key: string, value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badFile(path, `"${key}" must be text, a number, true or false, or a list of these`);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The format of java.util.Properties: `#`/`!` comments, `=`/`:`/space separators, backslash escapes and continued lines. */
function parseProperties(path: string, text: string): Map<string, string> {
  const settings = new Map<string, string>();
  const lines = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < lines.length; index++) {
    const lineNumber = index + 1;
    let line = (lines[index] ?? '').trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (endsInOddBackslashes(line) && index + 1 < lines.length) {
      line = line.slice(0, -1) + (lines[++index] ?? '').trimStart();
    }
    const match = /^((?:\\.|[^\s=:\\])+)\s*[=:\s]\s*(.*)$/s.exec(line) ?? /^((?:\\.|[^\s=:\\])+)()$/s.exec(line);
    if (match === null) throw badFile(path, `line ${String(lineNumber)}: no key before the separator`);
    settings.set(unescape(match[1] ?? ''), unescape((match[2] ?? '').trimEnd()));
  }
  return settings;
}

function endsInOddBackslashes(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

function unescape(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const control = { n: '\n', t: '\t', r: '\r', f: '\f' }[escape];
    return control ?? escape;
  });
}

function badFile(path: string, reason: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_SERVER_CONFIG_FILE', `cannot read settings from ${path}: ${reason}`, {
    cause,
    details: { path },
  });
}
