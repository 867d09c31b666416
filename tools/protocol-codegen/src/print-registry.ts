/** The tables over all schemas of a root that has APIs: key names, versions, and the codecs by key. */
import { Emitter } from './emitter.ts';
import { codecName, generatedBy } from './print-module.ts';
import type { RootContext } from './print-module.ts';
import { SchemaError } from './schema.ts';
import type { Message, SchemaFile } from './schema.ts';
import { isEmpty } from './version-range.ts';

interface Api {
  readonly key: number;
  readonly name: string;
  readonly request: Message;
  readonly response: Message;
}

function schemaMistake(message: string): SchemaError {
  return new SchemaError('*.kschema', 1, message);
}

/** Pairs requests with responses; throws when one is alone or when their versions differ. */
export function collectApis(files: readonly SchemaFile[]): Api[] {
  const messages = files.flatMap((file) => file.messages);
  const requests = messages.filter(({ kind }) => kind === 'request');
  const responses = new Map(messages.filter(({ kind }) => kind === 'response').map((m) => [m.apiKey, m]));
  const apis = requests.map((request): Api => {
    const response = responses.get(request.apiKey);
    const name = request.name.replace(/Request$/, '');
    if (response === undefined) throw schemaMistake(`${request.name} has no response`);
    if (response.name !== `${name}Response`)
      throw schemaMistake(`${request.name} and ${response.name} share key ${request.apiKey}`);
    responses.delete(request.apiKey);
    const same = request.versions.from === response.versions.from && request.versions.to === response.versions.to;
    if (!same) throw schemaMistake(`${request.name} and ${response.name} have different versions`);
    return { key: request.apiKey ?? -1, name, request, response };
  });
  for (const response of responses.values()) throw schemaMistake(`${response.name} has no request`);
  apis.sort((a, b) => a.key - b.key);
  apis.forEach((api, index) => {
    if (apis[index + 1]?.key === api.key) throw schemaMistake(`API key ${api.key} is given twice`);
  });
  return apis;
}

export function printApiTable(files: readonly SchemaFile[], root: RootContext): string {
  const emitter = new Emitter();
  const apis = collectApis(files);
  emitter.line(generatedBy('*.kschema', root));
  emitter.line();
  emitter.line('/** Key of each API by its name. */');
  emitter.block(
    'export const API_KEYS =',
    () => {
      for (const { key, name } of apis) emitter.line(`${name}: ${key},`);
    },
    '} as const;',
  );
  emitter.line();
  emitter.line(
    '/** [key, name, first version, last version, first flexible version, newest version may still change] */',
  );
  emitter.line(
    'export const API_TABLE: readonly (readonly [key: number, name: string, min: number, max: number, flexibleFrom: number, unstable: boolean])[] = [',
  );
  emitter.indented(() => {
    for (const { key, name, request } of apis) {
      const { versions, flexible, latestVersionUnstable } = request;
      const from = isEmpty(flexible) ? 'Infinity' : flexible.from;
      emitter.line(`[${key}, '${name}', ${versions.from}, ${versions.to}, ${from}, ${latestVersionUnstable}],`);
    }
  });
  emitter.line('];');
  return emitter.toString();
}

export function printRegistry(files: readonly SchemaFile[], root: RootContext): string {
  const emitter = new Emitter();
  emitter.line(generatedBy('*.kschema', root));
  emitter.line(
    '// For tools and tests that treat all messages alike. Importing this loads every codec: handlers import theirs directly.',
  );
  emitter.line(`import type { MessageCodec } from '${root.specifier('MessageCodec')}';`);
  for (const file of files) {
    emitter.line(`import { ${file.messages.map(({ name }) => codecName(name)).join(', ')} } from './${file.name}.ts';`);
  }
  emitter.line();
  emitter.line('/** Every message, in the order of the schema files. */');
  emitter.line('export const MESSAGES: readonly MessageCodec<unknown>[] = [');
  emitter.indented(() => {
    for (const file of files) for (const { name } of file.messages) emitter.line(`${codecName(name)},`);
  });
  emitter.line('];');
  emitter.line();
  emitter.line('export interface ApiCodecs {');
  emitter.line('  readonly request: MessageCodec<unknown>;');
  emitter.line('  readonly response: MessageCodec<unknown>;');
  emitter.line('}');
  emitter.line();
  emitter.line('/** Request and response codec of each API by its key. */');
  emitter.line('export const API_CODECS: ReadonlyMap<number, ApiCodecs> = new Map([');
  emitter.indented(() => {
    for (const { key, request, response } of collectApis(files)) {
      emitter.line(`[${key}, { request: ${codecName(request.name)}, response: ${codecName(response.name)} }],`);
    }
  });
  emitter.line(']);');
  return emitter.toString();
}
