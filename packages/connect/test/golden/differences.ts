/**
 * Where our answers differ from those of Kafka Connect on purpose, and why. Everything that is not named here has to be equal: status, location
 * and body.
 */
import { builtInPlugins } from '../../src/built-in-plugins.ts';
import { BUILT_IN_VERSION } from '../../src/built-in-version.ts';
import { builtInPlugin } from '../../src/plugins/plugin-registry.ts';
import type { Exchange } from './ask.ts';

export type Mode = 'standalone' | 'distributed';

interface Deliberate {
  readonly status: number;
  /** What our text has to have in it; every such text says what to do. */
  readonly text: RegExp;
}

const UNKNOWN_CLASS = /matches Nope.*Available are: .*FileStreamSinkConnector.*plugin\.path/s;
const NO_CLASS = /contains no connector type: set connector\.class/;

/** Answers of other codes or texts, by step. */
const DELIBERATE: Readonly<Record<string, Deliberate>> = {
  // What is wrong with the request is 400 and says so; Kafka Connect answers with 500 and the text of its JSON library.
  'broken JSON': { status: 400, text: /body is not JSON/ },
  'create without a body': { status: 400, text: /body is empty: send JSON/ },
  'create with an unknown field': { status: 400, text: /unknown field conf: there are name, config, initial_state/ },
  'create with an unknown initial state': { status: 400, text: /use one of RUNNING, PAUSED, STOPPED/ },
  'alter offsets that make no sense': { status: 400, text: /'position' of an offset has to be/ },
  'validate without a class': { status: 400, text: NO_CLASS },
  'validate an unknown plugin': { status: 400, text: UNKNOWN_CLASS },
  // Never the whole configuration, which may have secrets in it.
  'create without a class': { status: 400, text: NO_CLASS },
  'create with an unknown class': { status: 400, text: UNKNOWN_CLASS },
  // Two texts of Kafka's about one value are one here; the file is required, since a thread has no standard input.
  'create with errors': {
    status: 400,
    text: /contains the following 3 error\(s\):\nInvalid value many for configuration tasks\.max: Not a number of type INT\nMissing required configuration "file".*\nMissing required configuration "topic"/,
  },
  // A task that is not there is not there, whoever leads.
  'restart a task when stopped': { status: 404, text: /Unknown task: one-0/ },
  'set an unknown level': { status: 404, text: /invalid log level 'LOUD': use TRACE/ },
};

const DELIBERATE_OF: Readonly<Record<Mode, Readonly<Record<string, Deliberate>>>> = {
  standalone: {
    // Kafka's standalone worker answers so, too; the recorded one is distributed.
    'internal request without a signature': { status: 500, text: /a standalone worker has no others/ },
  },
  distributed: {
    'internal request without a signature': { status: 400, text: /Internal request missing required signature/ },
  },
};

/** Plugins of ours that Kafka Connect has not. */
const OWN_PLUGINS: ReadonlySet<string> = new Set(
  builtInPlugins
    .map(builtInPlugin)
    .map(({ className }) => className)
    .filter((className) => !className.startsWith('org.apache.kafka.')),
);

/** Settings that ours have beyond Kafka's. */
const OWN_SETTINGS = /^errors\.restart\./;
/** Kafka Connect has dead letters for sinks only. */
const OWN_SETTINGS_OF_SOURCES = /^errors\.deadletterqueue\./;
/** Their allowed values are offered to forms; Kafka Connect leaves that to the documentation. */
const OFFERED = new Set(['config.action.reload', 'errors.tolerance', 'exactly.once.support', 'transaction.boundary']);
/** Definitions name the worker's converters as defaults; Kafka's do so only in `validate`. */
const CONVERTERS = /^(key|value|header)\.converter(\.plugin\.version)?$/;

export function expectedOf(exchange: Exchange, mode: Mode): unknown {
  const deliberate = deliberateOf(exchange.id, mode);
  if (deliberate !== undefined) return { id: exchange.id, request: exchange.request, ...deliberate };
  return comparable(exchange);
}

export function oursOf(exchange: Exchange, mode: Mode): unknown {
  const deliberate = deliberateOf(exchange.id, mode);
  if (deliberate === undefined) return comparable(exchange);
  const { id, request, status, body } = exchange;
  const { message, error_code: code } = body as { readonly message: string; readonly error_code: number };
  // The code in the body is that of the answer, and the text has what it has to have.
  const text = code === status && deliberate.text.test(message) ? deliberate.text : message;
  return { id, request, status, text };
}

function deliberateOf(id: string, mode: Mode): Deliberate | undefined {
  return DELIBERATE[id] ?? DELIBERATE_OF[mode][id];
}

type Json = Readonly<Record<string, unknown>>;

function comparable(exchange: Exchange): unknown {
  const { id, body, ...rest } = exchange;
  const clean = withoutVersions(body);
  if (id.startsWith('settings of a')) return { id, ...rest, body: sorted(definitionsOf(clean, exchange)) };
  if (isValidation(clean)) return { id, ...rest, body: validationOf(clean, exchange) };
  return { id, ...rest, body: clean };
}

function definitionsOf(body: unknown, { request }: Exchange): Json[] {
  if (!Array.isArray(body)) return [body as Json];
  return (body as Json[])
    .filter(({ name }) => !isOwn(String(name), request))
    .map((definition) => {
      const name = String(definition['name']);
      return {
        ...definition,
        ...(name === 'file' ? { required: true } : {}),
        ...(CONVERTERS.test(name) ? { default_value: null } : {}),
      };
    });
}

function validationOf(body: Json, { request }: Exchange): Json {
  const configs = (body['configs'] as { readonly definition: Json; readonly value: Json }[])
    .filter(({ definition }) => !isOwn(String(definition['name']), request))
    .map(({ definition, value }): { readonly definition: Json; readonly value: Json } => {
      const name = String(definition['name']);
      const errors = (value['errors'] as string[]).filter(
        (error) => !/Value must be non-null|Missing required configuration "file"/.test(error),
      );
      return {
        definition: { ...definition, ...(name === 'file' ? { required: true } : {}) },
        value: { ...value, errors, ...(OFFERED.has(name) ? { recommended_values: [] } : {}) },
      };
    });
  return { ...body, configs: configs.sort((a, b) => compare(a.definition['name'], b.definition['name'])) };
}

function isOwn(name: string, request: string): boolean {
  return OWN_SETTINGS.test(name) || (request.includes('Source') && OWN_SETTINGS_OF_SOURCES.test(name));
}

function isValidation(body: unknown): body is Json {
  return typeof body === 'object' && body !== null && 'configs' in body && 'error_count' in body;
}

/** Plugins have versions of ours, and documentation has words of ours: that there is some is what counts. */
function withoutVersions(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isOwnPlugin(each)).map((each) => withoutVersions(each));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutVersions(each, name)]));
  }
  if (key === 'documentation') return value === '' ? '' : '{text}';
  return value === BUILT_IN_VERSION || value === '4.3.1' || value === '{version}' ? '{version}' : value;
}

/** In lists of plugins, or of classes that are offered for a setting. */
function isOwnPlugin(item: unknown): boolean {
  const name = typeof item === 'object' && item !== null && 'class' in item ? item.class : item;
  return typeof name === 'string' && OWN_PLUGINS.has(name);
}

function sorted(definitions: readonly Json[]): readonly Json[] {
  return definitions.toSorted((a, b) => compare(a['name'], b['name']));
}

function compare(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1;
}
