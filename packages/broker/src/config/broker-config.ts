/**
 * The settings of one broker: what files, environment and flags said (static), what was altered at run time for this broker or for
 * all of them (dynamic), and the defaults. Everything reads typed values from one live object, so a dynamic change is obeyed by
 * the next reader without being told.
 *
 * Invariants: every value in force was parsed and is in range; only settings that are not read-only change after the start.
 */
import { messageOf, MillraceError, nearestName } from '@millrace/base';
import { advertisedEndpoints, checkSecurityProtocols, parseEndpoints } from '../listener/listener-endpoints.ts';
import { BROKER_KEYS, isBrokerKey, type BrokerKey } from './broker-keys.ts';
import {
  camelCase,
  describeRefusal,
  shownText,
  type ConfigDefinition,
  type ConfigValues,
} from './config-definition.ts';
import { ConfigSource, type ConfigSynonym } from './config-source.ts';
import { contradictions, type BrokerValues } from './contradictions.ts';
import { FOREIGN_KEYS, LISTENER_PREFIX } from './foreign-keys.ts';
import { defaultMemoryBytes, divideMemory, type MemoryShares } from '../memory/memory-shares.ts';

type PlainValues = Omit<
  ConfigValues<typeof BROKER_KEYS>,
  'controllerListenerNames' | 'brokerId' | 'logDir' | 'logDirs'
>;

/** Typed values in force; those of dynamic settings change while the broker runs. */
export interface BrokerConfig extends PlainValues {
  /** Checked, without those of a controller. */
  readonly listeners: readonly string[];
  /** `log.dirs`, else `log.dir`, as written. */
  readonly dataDir: string;
  /** What each part may take of `memoryMaxBytes`. */
  readonly memoryShares: MemoryShares;
  /** Rises with each dynamic change that took effect. */
  readonly revision: number;
  /** What was accepted without effect, one sentence a setting, for the log. */
  readonly notices: readonly string[];
  /** Settings given at the start, as text, ours and Kafka's. */
  readonly staticEntries: ReadonlyMap<string, string>;
  /** What the layers say of settings that stand for the same thing, the one in force first. */
  synonyms(names: readonly string[]): ConfigSynonym[];
  /**
   * One sentence for each pair of settings that would contradict each other after these changes at run time (null removes one),
   * for this broker alone or for all.
   */
  contradictionsAfter(scope: 'one' | 'all', changes: ReadonlyMap<string, string | null>): string[];
  /**
   * Takes the run-time settings that are stored for all brokers and for this one; unknown, read-only and invalid ones are left out.
   * True when something changed: topic settings that fall back to the broker's may then have changed too.
   */
  applyDynamic(
    clusterWide: ReadonlyMap<string, string>,
    thisBroker: ReadonlyMap<string, string>,
    listener?: DynamicListener,
  ): boolean;
}

/** Whom run-time settings are told to, as people may read them. */
export interface DynamicListener {
  /** Another value is in force; null = it is unset. */
  changed(name: string, text: string | null): void;
  /** What is stored cannot be obeyed, by this release at least. */
  leftOut(problem: string): void;
}

export interface BrokerConfigOptions {
  /** Where each entry came from ("flag --port", "file server.properties"), for error messages. */
  readonly origins?: ReadonlyMap<string, string>;
}

/**
 * @throws {MillraceError} MILLRACE_BROKER_CONFIG naming every wrong setting, its allowed values and, for an unknown one, the nearest valid name
 */
export function loadBrokerConfig(
  entries: ReadonlyMap<string, string>,
  options: BrokerConfigOptions = {},
): BrokerConfig {
  const problems: string[] = [];
  const notices: string[] = [];
  const origin = (key: string): string => {
    const from = options.origins?.get(key);
    return from === undefined ? '' : ` (${from})`;
  };
  const given = new Map<BrokerKey, string>();
  for (const [key, text] of entries) {
    if (isBrokerKey(key)) {
      const parsed = BROKER_KEYS[key].parse(text);
      if (parsed === undefined) problems.push(describeRefusal(key, text, BROKER_KEYS[key]) + origin(key));
      else given.set(key, parsed.text);
      continue;
    }
    const foreign = FOREIGN_KEYS.get(key);
    if (foreign?.kind === 'accepted') notices.push(`${key} has no effect here: ${foreign.reason}`);
    else if (foreign?.harmless.includes(text.trim()) === false) {
      problems.push(`${key} is not supported${origin(key)}: ${foreign.reason}`);
    } else if (foreign === undefined) problems.push(unknownKey(key) + origin(key));
  }

  const values = typedValues((name) => given.get(name));
  const resolved = resolve(values, given.has('node.id'));
  problems.push(...resolved.problems.map(({ key, problem }) => `${key}${origin(key)}: ${problem}`));
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`;
    throw new MillraceError('MILLRACE_BROKER_CONFIG', `${count}:\n  ${problems.join('\n  ')}`, {
      details: { problems },
    });
  }
  return new LiveBrokerConfig(entries, given, values, resolved, notices) as unknown as BrokerConfig;
}

/** Every setting that {@link loadBrokerConfig} knows, with effect or without. */
export function brokerConfigKeys(): ReadonlySet<string> {
  return new Set([...Object.keys(BROKER_KEYS), ...FOREIGN_KEYS.keys()]);
}

function unknownKey(key: string): string {
  if (key.startsWith(LISTENER_PREFIX)) {
    return `${key} is not supported: settings of one listener alone exist for security, which this release does not have`;
  }
  const nearest = nearestName(key, brokerConfigKeys());
  const hint = nearest === undefined ? 'remove it' : `did you mean ${nearest}?`;
  return `there is no setting ${key}: ${hint}`;
}

function typedValues(textOf: (name: BrokerKey) => string | undefined): BrokerValues {
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(BROKER_KEYS) as [BrokerKey, ConfigDefinition][]) {
    const text = textOf(name);
    values[camelCase(name)] = text === undefined ? definition.defaultValue : definition.parse(text)?.value;
  }
  return values as unknown as BrokerValues;
}

interface Resolved {
  readonly nodeId: number;
  readonly dataDir: string;
  readonly listeners: readonly string[];
  readonly problems: readonly { readonly key: string; readonly problem: string }[];
}

/** What follows from several settings together. */
function resolve(values: BrokerValues, hasNodeId: boolean): Resolved {
  const problems: { key: string; problem: string }[] = [];
  const brokerId = values.brokerId === null || values.brokerId < 0 ? undefined : values.brokerId;
  const nodeId = hasNodeId ? values.nodeId : (brokerId ?? values.nodeId);
  if (brokerId !== undefined && brokerId !== nodeId) {
    problems.push({ key: 'broker.id', problem: `it is ${brokerId} but node.id is ${nodeId}: set one of them` });
  }
  if (values.logDirs !== null && values.logDirs.length !== 1) {
    problems.push({ key: 'log.dirs', problem: `name exactly one folder, not ${values.logDirs.length}` });
  }
  problems.push(...contradictions(values));
  const controllers = new Set(values.controllerListenerNames.map((name) => name.toUpperCase()));
  const listeners = values.listeners.filter((entry) => !controllers.has((entry.split(':')[0] ?? '').toUpperCase()));
  try {
    const endpoints = parseEndpoints('listeners', listeners);
    checkSecurityProtocols(endpoints, values.listenerSecurityProtocolMap);
    advertisedEndpoints(endpoints, values.advertisedListeners);
  } catch (error) {
    problems.push({ key: 'listeners', problem: messageOf(error) });
  }
  return { nodeId, dataDir: values.logDirs?.[0] ?? values.logDir, listeners, problems };
}

const NOTHING: ReadonlyMap<string, string> = new Map();

class LiveBrokerConfig {
  readonly staticEntries: ReadonlyMap<string, string>;
  readonly notices: readonly string[];
  revision = 0;
  readonly #given: ReadonlyMap<string, string>;
  #clusterWide = NOTHING;
  #thisBroker = NOTHING;
  /** What was left out and told of. */
  readonly #leftOut = new Set<string>();

  constructor(
    entries: ReadonlyMap<string, string>,
    given: ReadonlyMap<string, string>,
    values: BrokerValues,
    resolved: Resolved,
    notices: readonly string[],
  ) {
    this.staticEntries = new Map(entries);
    this.notices = notices;
    this.#given = given;
    const { nodeId, dataDir, listeners } = resolved;
    const memoryMaxBytes = values.memoryMaxBytes === -1 ? defaultMemoryBytes() : values.memoryMaxBytes;
    const memoryShares = divideMemory(memoryMaxBytes, values);
    const { requestBytes: queuedMaxRequestBytes, tailBytes: tailMaxBytes } = memoryShares;
    const derived = { memoryMaxBytes, memoryShares, queuedMaxRequestBytes, tailMaxBytes };
    Object.assign(this, values, { nodeId, dataDir, listeners, ...derived });
  }

  synonyms(names: readonly string[]): ConfigSynonym[] {
    const chain: ConfigSynonym[] = [];
    const layer = (texts: ReadonlyMap<string, string>, source: ConfigSource): void => {
      for (const name of names) {
        const value = texts.get(name);
        if (value !== undefined) chain.push({ name, value: isSensitive(name) ? null : value, source });
      }
    };
    layer(this.#thisBroker, ConfigSource.dynamicBroker);
    layer(this.#clusterWide, ConfigSource.dynamicDefaultBroker);
    layer(this.#given, ConfigSource.staticBroker);
    for (const name of names) {
      const value = isBrokerKey(name) ? BROKER_KEYS[name].defaultText : null;
      if (value !== null) chain.push({ name, value, source: ConfigSource.default });
    }
    return chain;
  }

  contradictionsAfter(scope: 'one' | 'all', changes: ReadonlyMap<string, string | null>): string[] {
    const clusterWide = scope === 'all' ? overlaid(this.#clusterWide, changes) : this.#clusterWide;
    const thisBroker = scope === 'one' ? overlaid(this.#thisBroker, changes) : this.#thisBroker;
    const values = typedValues((name) => thisBroker.get(name) ?? clusterWide.get(name) ?? this.#given.get(name));
    return contradictions(values)
      .filter(({ key, other }) => changes.has(key) || changes.has(other))
      .map(({ key, problem }) => `${key}: ${problem}`);
  }

  applyDynamic(
    storedForAll: ReadonlyMap<string, string>,
    storedForThis: ReadonlyMap<string, string>,
    listener?: DynamicListener,
  ): boolean {
    const leftOut = (problem: string): void => {
      if (!this.#leftOut.has(problem)) listener?.leftOut(problem);
      this.#leftOut.add(problem);
    };
    const clusterWide = onlyDynamic(storedForAll, leftOut);
    const thisBroker = onlyDynamic(storedForThis, leftOut);
    if (sameEntries(clusterWide, this.#clusterWide) && sameEntries(thisBroker, this.#thisBroker)) return false;
    const before = { clusterWide: this.#clusterWide, thisBroker: this.#thisBroker };
    this.#clusterWide = clusterWide;
    this.#thisBroker = thisBroker;
    this.revision += 1;
    for (const [name, definition] of Object.entries(BROKER_KEYS) as [BrokerKey, ConfigDefinition][]) {
      if (definition.update === 'read-only') continue;
      const given = this.#given.get(name);
      const text = thisBroker.get(name) ?? clusterWide.get(name) ?? given;
      const value = text === undefined ? definition.defaultValue : definition.parse(text)?.value;
      Object.assign(this, { [camelCase(name)]: value });
      const textBefore = before.thisBroker.get(name) ?? before.clusterWide.get(name) ?? given;
      const [now, then] = [text ?? definition.defaultText, textBefore ?? definition.defaultText];
      if (now !== then) listener?.changed(name, shownText(now, definition));
    }
    return true;
  }
}

function onlyDynamic(
  texts: ReadonlyMap<string, string>,
  leftOut: (problem: string) => void = () => undefined,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const [name, text] of texts) {
    if (!isBrokerKey(name) || BROKER_KEYS[name].update === 'read-only') continue;
    const parsed = BROKER_KEYS[name].parse(text);
    if (parsed !== undefined) kept.set(name, parsed.text);
    else leftOut(describeRefusal(name, text, BROKER_KEYS[name]));
  }
  return kept;
}

function overlaid(
  texts: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, string> {
  const next = new Map(texts);
  for (const [name, text] of changes) {
    if (text === null) next.delete(name);
    else next.set(name, text);
  }
  return onlyDynamic(next);
}

function sameEntries(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}

function isSensitive(name: string): boolean {
  return isBrokerKey(name) && BROKER_KEYS[name].isSensitive;
}
