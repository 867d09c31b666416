/**
 * Validates the configuration of a connector as a whole: what every connector has, its plugin's settings, its converters, transforms and
 * predicates, and what the plugin finds when it looks at the outside world.
 *
 * Invariants: answers show configurations as they were given, references to config providers unresolved and secrets as `[hidden]`;
 *   code of packages runs in threads with a time limit.
 */
import { messageOf, type Logger } from '@millrace/base';
import type {
  ConfigDefinition,
  ConfigIssue,
  ConfigProperties,
  ConfigSpec,
  ConfigValue,
  Plugin,
  ReadConfig,
  SinkConnector,
  SourceConnector,
  SourceDelivery,
} from '@millrace/connect-api';
import { providerNames } from '../config-providers/config-resolver.ts';
import type { PluginKind, PluginRegistry, RegisteredPlugin } from '../plugins/plugin-registry.ts';
import { clientProperties } from '../task/client-settings.ts';
import { DEAD_LETTER_REPLICATION_FACTOR } from '../task/dead-letters.ts';
import type { TaskHost, ValidatedConfig } from '../task/task-host.ts';
import { taskSettings, type WorkerSettings } from '../worker/worker-settings.ts';
import { connectorConfig } from './connector-config.ts';
import { HerderError } from './herder-error.ts';
import { misleadingSettings } from './misleading-settings.ts';
import type { OffsetTopicCheck } from './offset-topic-check.ts';

export interface ConfigInfo {
  readonly definition: ConfigDefinition;
  readonly value: ConfigValue;
}

/** As `PUT /connector-plugins/{p}/config/validate` has it. */
export interface ConfigInfos {
  readonly name: string;
  readonly errorCount: number;
  readonly groups: readonly string[];
  readonly configs: readonly ConfigInfo[];
  /** What works but should be changed. Beyond Kafka Connect. */
  readonly warnings: readonly string[];
}

export interface ConfigValidatorOptions {
  readonly plugins: PluginRegistry;
  readonly settings: WorkerSettings;
  readonly host: TaskHost;
  readonly resolve: (config: ConfigProperties) => Promise<ConfigProperties>;
  /** Whether sources of this worker write exactly once (`exactly.once.source.support=enabled`). */
  readonly isExactlyOnce: boolean;
  /** The worker's own plugins, whose settings are read here. */
  readonly builtIn: readonly Plugin[];
  /** Looks for the topic in the cluster that clients of the connector reach; undefined: it cannot be asked now. */
  readonly findTopic: (config: ConfigProperties, topic: string) => Promise<FoundTopic | undefined>;
  /** Looks at `offsets.storage.topic` of a source. */
  readonly checkOffsetTopic: OffsetTopicCheck;
  readonly log: Logger;
}

export interface FoundTopic {
  readonly exists: boolean;
  readonly brokerCount: number;
}

/** An issue that belongs to no setting is shown here. */
const WHOLE = 'connector.class';
const DEAD_LETTER_TOPIC = 'errors.deadletterqueue.topic.name';
const DEAD_LETTER_REPLICATION_FACTOR_DEFAULT = 3;
const CLIENTS = ['producer', 'consumer', 'admin'] as const;
/** KIP-458. */
const PRINCIPAL_KEYS: ReadonlySet<string> = new Set(['security.protocol', 'sasl.jaas.config', 'sasl.mechanism']);

export class ConfigValidator {
  readonly #options: ConfigValidatorOptions;

  constructor(options: ConfigValidatorOptions) {
    this.#options = options;
  }

  /** Definitions of the settings of a connector of this plugin, or of the plugin alone when it is of another kind. */
  definitions(plugin: RegisteredPlugin): readonly ConfigDefinition[] {
    const own = plugin.description.definitions;
    if (!isConnector(plugin)) return own;
    return [...own, ...connectorConfig({ ...this.#options, plugin }).definitions];
  }

  /** Throws MILLRACE_CONNECT_BAD_REQUEST when it has no class, or one that is not there. */
  async validate(given: ConfigProperties): Promise<ConfigInfos> {
    const plugin = this.#connectorPlugin(given);
    const { resolved, issue: unresolved } = await this.#resolved(given);
    const sections: Section[] = [this.#common(plugin, resolved)];
    const { section, delivery } = await this.#ofConnector(plugin, given['name'] ?? '', resolved, {
      // With the text of a reference in place of its value, what is found out there would only mislead.
      isCheckSkipped: unresolved.length > 0,
    });
    sections.push(section);
    for (const role of ['key', 'value', 'header'] as const) {
      const converter = await this.#converter(role, resolved);
      if (converter !== undefined) sections.push(converter);
    }
    for (const [list, kind] of [
      ['transforms', 'transformation'],
      ['predicates', 'predicate'],
    ] as const) {
      for (const alias of aliasesIn(resolved[list])) sections.push(await this.#chained(list, kind, alias, resolved));
    }
    const offsetTopic =
      plugin.description.kind === 'source' && unresolved.length === 0
        ? await this.#options.checkOffsetTopic(resolved)
        : undefined;
    const extra = [
      ...unresolved,
      ...(offsetTopic?.issues ?? []),
      ...this.#overrideIssues(resolved),
      ...this.#exactlyOnceIssues(plugin, resolved, delivery),
      ...duplicateIssues(resolved),
    ];
    const misleading = misleadingSettings(given, {
      keys: new Set(sections.flatMap(({ keys }) => [...(keys ?? [])])),
      open: sections.flatMap(({ keys, prefix }) => (keys === undefined ? prefix : [])),
      offered: sections.flatMap(({ definitions }) => definitions.map(({ name }) => name)),
      providers: providerNames(this.#options.settings.properties),
    });
    return infosOf(plugin, given, resolved, sections, extra, [
      ...misleading,
      ...(offsetTopic?.warnings ?? []),
      ...(await this.#deadLetterWarnings(resolved)),
    ]);
  }

  /**
   * Throws MILLRACE_CONNECT_INVALID_CONFIG with all that is wrong, and what looks wrong, since that is often why; both are in
   * `details.problems`, a line each. Logs what looks wrong. Resolves with the plugin.
   */
  async assertValid(given: ConfigProperties): Promise<RegisteredPlugin> {
    const { configs, errorCount, warnings } = await this.validate(given);
    const connector = given['name'];
    for (const warning of warnings)
      this.#options.log.warn('a setting of a connector looks wrong', { connector, warning });
    if (errorCount === 0) return this.#connectorPlugin(given);
    const lines = configs.flatMap(({ value }) => value.errors);
    throw new HerderError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `Connector configuration is invalid and contains the following ${lines.length} error(s):\n${lines.join('\n')}\n` +
        (warnings.length === 0
          ? ''
          : `What else looks wrong, and may be the reason (${warnings.length} warning(s)):\n${warnings.join('\n')}\n`) +
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
      { details: { problems: [...lines, ...warnings] } },
    );
  }

  /** Names of the settings of a connector whose values must not be shown. */
  secretKeys(config: ConfigProperties): ReadonlySet<string> {
    const { plugins } = this.#options;
    const className = config['connector.class'] ?? '';
    const [plugin] = plugins.versionsOf(['source', 'sink'], className);
    const keys = new Set(plugin?.description.secretKeys);
    for (const key of Object.keys(config)) if (isClientSecret(key)) keys.add(key);
    for (const list of ['transforms', 'predicates'] as const) {
      for (const alias of aliasesIn(config[list])) {
        const prefix = `${list}.${alias}.`;
        const [chained] = plugins.versionsOf(undefined, config[`${prefix}type`] ?? '');
        for (const key of chained?.description.secretKeys ?? []) keys.add(prefix + key);
      }
    }
    return keys;
  }

  #connectorPlugin(config: ConfigProperties): RegisteredPlugin {
    const className = config['connector.class'];
    if (className === undefined || className === '') {
      throw new HerderError(
        'MILLRACE_CONNECT_BAD_REQUEST',
        `Connector config contains no connector type: set connector.class to one of the classes of GET /connector-plugins`,
      );
    }
    return this.#options.plugins.findConnector(className, config['connector.plugin.version']);
  }

  async #resolved(given: ConfigProperties): Promise<{ resolved: ConfigProperties; issue: ConfigIssue[] }> {
    try {
      return { resolved: await this.#options.resolve(given), issue: [] };
    } catch (error) {
      return { resolved: given, issue: [{ message: messageOf(error) }] };
    }
  }

  #common(plugin: RegisteredPlugin, resolved: ConfigProperties): Section {
    return readSection(connectorConfig({ ...this.#options, plugin }), resolved);
  }

  async #ofConnector(
    plugin: RegisteredPlugin,
    connector: string,
    resolved: ConfigProperties,
    { isCheckSkipped }: { readonly isCheckSkipped: boolean },
  ): Promise<{ readonly section: Section; readonly delivery: SourceDelivery | undefined }> {
    const { host, settings, resolve } = this.#options;
    const own = this.#builtIn(plugin);
    // One of ours that looks at nothing outside needs no thread.
    if (own?.kind === 'sink' || own?.kind === 'source') {
      if (own.check === undefined) return readConnector(own, resolved);
    }
    const validated = await host.validate(
      {
        connector,
        plugin: plugin.ref,
        connectorConfig: resolved,
        workerConfig: await resolve(settings.properties),
        settings: taskSettings(settings),
      },
      { isCheckSkipped },
    );
    return { section: validatedSection(validated), delivery: validated.delivery };
  }

  /** Settings of a converter that the connector names; undefined when it does not, or there is none of that name, which is told elsewhere. */
  async #converter(role: 'key' | 'value' | 'header', resolved: ConfigProperties): Promise<Section | undefined> {
    const { plugins } = this.#options;
    const setting = `${role}.converter`;
    const prefix = `${setting}.`;
    const className = resolved[setting] ?? '';
    const kinds: readonly PluginKind[] = role === 'header' ? ['header_converter', 'converter'] : ['converter'];
    if (plugins.versionsOf(kinds, className).length === 0) return undefined;
    let plugin: RegisteredPlugin;
    try {
      plugin = plugins.find(kinds, className, resolved[`${prefix}plugin.version`]);
    } catch (error) {
      const issue = { key: `${prefix}plugin.version`, message: messageOf(error) };
      return { definitions: [], values: [], issues: [issue], warnings: [], keys: undefined, prefix };
    }
    const own = await this.#readPlugin(plugin, withoutPrefix(resolved, prefix));
    const infos = own.definitions.map((definition, index) =>
      prefixed(prefix, definition.group, definition, own.values[index]),
    );
    return {
      definitions: infos.map(({ definition }) => definition),
      values: infos.map(({ value }) => value),
      issues: own.issues.map((issue) => prefixedIssue(prefix, issue, setting)),
      warnings: own.warnings.map(({ message }) => ({ message: `${prefix}${message}` })),
      keys: own.keys && new Set([...own.keys].map((key) => prefix + key)),
      prefix,
    };
  }

  /** A transform or predicate: `transforms.{alias}.type` and what its plugin has. */
  async #chained(
    list: 'transforms' | 'predicates',
    kind: PluginKind,
    alias: string,
    resolved: ConfigProperties,
  ): Promise<Section> {
    const { plugins } = this.#options;
    const prefix = `${list}.${alias}.`;
    const isTransform = list === 'transforms';
    const group = `${isTransform ? 'Transforms' : 'Predicates'}: ${alias}`;
    const title = isTransform ? 'Transformation' : 'Predicate';
    const className = resolved[`${prefix}type`];
    const version = resolved[`${prefix}plugin.version`];
    let plugin: RegisteredPlugin | undefined;
    const issues: ConfigIssue[] = [];
    if (className === undefined || className === '') {
      issues.push({
        key: `${prefix}type`,
        message: `Missing required configuration "${prefix}type" which has no default value.`,
      });
    } else {
      try {
        plugin = plugins.find([kind], className, version);
      } catch (error) {
        issues.push({ key: `${prefix}type`, message: messageOf(error) });
      }
    }
    const classes = plugins.list([kind]).map((each) => each.className);
    const versions = className === undefined ? [] : plugins.versionsOf([kind], className);
    const warnings: ConfigIssue[] = [];
    let keys: ReadonlySet<string> | undefined;
    const infos: ConfigInfo[] = [
      info(`${prefix}type`, 'CLASS', className ?? null, {
        group,
        displayName: `${title} type for ${alias}`,
        documentation: `Which ${title.toLowerCase()} ${alias} is.`,
        required: true,
        importance: 'HIGH',
        width: 'LONG',
        recommended: classes,
      }),
      info(`${prefix}plugin.version`, 'STRING', version ?? plugin?.description.version ?? null, {
        group,
        displayName: `${title} version for ${alias}`,
        documentation: `Version, or range of versions, of the plugin of ${alias}.`,
        defaultValue: plugin?.description.version ?? null,
        importance: 'HIGH',
        width: 'LONG',
        recommended: versions.map(({ description }) => description.version),
      }),
    ];
    if (plugin !== undefined) {
      const own = await this.#readPlugin(plugin, withoutPrefix(resolved, prefix));
      infos.push(...own.definitions.map((definition, index) => prefixed(prefix, group, definition, own.values[index])));
      issues.push(...own.issues.map((issue) => prefixedIssue(prefix, issue, `${prefix}type`)));
      warnings.push(...own.warnings.map(({ message }) => ({ message: `${prefix}${message}` })));
      keys = own.keys && new Set([...own.keys].map((key) => prefix + key));
    }
    if (isTransform) infos.push(...predicateInfos(prefix, group, resolved));
    const predicate = resolved[`${prefix}predicate`];
    if (isTransform && predicate !== undefined && !aliasesIn(resolved['predicates']).includes(predicate)) {
      issues.push({
        key: `${prefix}predicate`,
        message: `Invalid value ${predicate} for configuration ${prefix}predicate: there is no predicate of that name; add it to predicates`,
      });
    }
    const ordered = infos.map(({ definition, value }, orderInGroup) => ({
      definition: { ...definition, orderInGroup },
      value,
    }));
    return {
      definitions: ordered.map(({ definition }) => definition),
      values: ordered.map(({ value }) => value),
      issues,
      warnings,
      keys: keys && new Set([...keys, ...ordered.map(({ definition }) => definition.name)]),
      prefix,
    };
  }

  /** The worker's own are read here, those of packages in a thread. */
  async #readPlugin(plugin: RegisteredPlugin, properties: ConfigProperties): Promise<Section> {
    const { host, settings } = this.#options;
    const own = this.#builtIn(plugin);
    if (own !== undefined) return readSection(own.config, properties);
    const validated = await host.validate({
      connector: '',
      plugin: plugin.ref,
      connectorConfig: properties,
      workerConfig: {},
      settings: taskSettings(settings),
    });
    return validatedSection(validated);
  }

  #builtIn({ ref, description }: RegisteredPlugin): Plugin | undefined {
    if (ref.module !== undefined) return undefined;
    return this.#options.builtIn.find(({ name, kind }) => name === ref.name && kind === description.kind);
  }

  #overrideIssues(resolved: ConfigProperties): ConfigIssue[] {
    const policy = this.#options.settings.connectorClientConfigOverridePolicy;
    if (policy === 'All') return [];
    return CLIENTS.flatMap((role) =>
      Object.keys(clientProperties(role, {}, resolved))
        .filter((key) => policy === 'None' || !PRINCIPAL_KEYS.has(key))
        .map((key) => ({
          key: `${role}.override.${key}`,
          message: `The '${policy}' policy does not allow '${key}' to be overridden in the connector configuration: leave out ${role}.override.${key}, or change connector.client.config.override.policy of the worker`,
        })),
    );
  }

  /** A topic that cannot be made fails a task with its first dead letter, perhaps after months. */
  async #deadLetterWarnings(resolved: ConfigProperties): Promise<readonly string[]> {
    const topic = resolved[DEAD_LETTER_TOPIC] ?? '';
    const factor = Number(resolved[DEAD_LETTER_REPLICATION_FACTOR] ?? DEAD_LETTER_REPLICATION_FACTOR_DEFAULT);
    if (topic === '' || !(factor > 1)) return [];
    const found = await this.#options.findTopic(resolved, topic);
    if (found === undefined || found.exists || found.brokerCount >= factor) return [];
    return [
      `${DEAD_LETTER_REPLICATION_FACTOR} is ${String(factor)}, and the cluster has ${String(found.brokerCount)} ` +
        `broker${found.brokerCount === 1 ? '' : 's'}: ${topic} is not there and could not be created for the first dead letter; set it to a ` +
        'number of brokers that there is, or to -1',
    ];
  }

  #exactlyOnceIssues(
    plugin: RegisteredPlugin,
    resolved: ConfigProperties,
    delivery: SourceDelivery | undefined,
  ): ConfigIssue[] {
    if (plugin.description.kind !== 'source') return [];
    const issues: ConfigIssue[] = [];
    if (resolved['exactly.once.support']?.toLowerCase() === 'required') {
      const key = 'exactly.once.support';
      if (!this.#options.isExactlyOnce) {
        issues.push({
          key,
          message:
            'This worker does not have exactly-once source support enabled: set exactly.once.source.support=enabled on every worker of a ' +
            'distributed cluster, or leave out exactly.once.support',
        });
      } else if (delivery?.exactlyOnce === false) {
        issues.push({
          key,
          message:
            'The connector does not support exactly-once semantics with the provided configuration: leave out exactly.once.support, or ' +
            'see in the connector’s README what it needs',
        });
      }
    }
    if (resolved['transaction.boundary']?.toLowerCase() === 'connector' && delivery?.ownTransactions === false) {
      issues.push({
        key: 'transaction.boundary',
        message: 'The connector does not define transactions of its own: set transaction.boundary to poll or interval',
      });
    }
    return issues;
  }
}

interface Section {
  readonly definitions: readonly ConfigDefinition[];
  /** In the order of the definitions. */
  readonly values: readonly ConfigValue[];
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  /** All that it knows; undefined: there may be others. */
  readonly keys: ReadonlySet<string> | undefined;
  /** With which all of them begin. */
  readonly prefix: string;
}

function readSection(spec: ConfigSpec<unknown>, properties: ConfigProperties): Section {
  return sectionOf(spec, spec.read(properties));
}

function sectionOf(
  { definitions, keys }: ConfigSpec<unknown>,
  { values, issues, warnings }: ReadConfig<unknown>,
): Section {
  return { definitions, keys, prefix: '', values, issues, warnings };
}

/** As a thread has read it. */
function validatedSection({ definitions, keys, values, issues, warnings }: ValidatedConfig): Section {
  return { definitions, keys: keys && new Set(keys), prefix: '', values, issues, warnings };
}

function readConnector(
  connector: SourceConnector | SinkConnector,
  properties: ConfigProperties,
): { readonly section: Section; readonly delivery: SourceDelivery | undefined } {
  const read = connector.config.read(properties);
  const delivery =
    connector.kind === 'source' && read.config !== undefined ? connector.delivery(read.config) : undefined;
  return { section: sectionOf(connector.config, read), delivery };
}

function infosOf(
  plugin: RegisteredPlugin,
  given: ConfigProperties,
  resolved: ConfigProperties,
  sections: readonly Section[],
  extra: readonly ConfigIssue[],
  misleading: readonly string[],
): ConfigInfos {
  const errors = new Map<string, Set<string>>();
  const add = (key: string, message: string): void => {
    errors.set(key, (errors.get(key) ?? new Set()).add(message));
  };
  for (const { values, issues } of sections) {
    for (const value of values) for (const message of value.errors) add(value.name, message);
    for (const { key, message } of issues) add(key ?? WHOLE, message);
  }
  for (const { key, message } of extra) add(key ?? WHOLE, message);
  const shown: ConfigInfo[] = sections.flatMap(({ definitions, values }) =>
    definitions.flatMap((definition) => {
      const value = values.find(({ name }) => name === definition.name);
      return value === undefined ? [] : [{ definition, value }];
    }),
  );
  const known = new Set(shown.map(({ definition }) => definition.name));
  for (const key of errors.keys()) {
    if (!known.has(key)) shown.push(info(key, 'STRING', given[key] ?? null, { group: null, displayName: key }));
  }
  const configs = shown.map(({ definition, value }) => ({
    definition,
    value: {
      ...value,
      // What a provider gave is a secret, more often than not.
      value: given[value.name] === resolved[value.name] ? value.value : (given[value.name] ?? value.value),
      errors: [...(errors.get(value.name) ?? [])].map((message) => hideResolved(message, value.name, given, resolved)),
    },
  }));
  return {
    name: plugin.className,
    errorCount: configs.reduce((sum, { value }) => sum + value.errors.length, 0),
    groups: [...new Set(configs.flatMap(({ definition }) => definition.group ?? []))],
    configs,
    warnings: [...sections.flatMap(({ warnings }) => warnings.map(({ message }) => message)), ...misleading],
  };
}

function hideResolved(message: string, key: string, given: ConfigProperties, resolved: ConfigProperties): string {
  const [before, after] = [given[key], resolved[key]];
  return before === undefined || after === undefined || before === after || after === ''
    ? message
    : message.replaceAll(after, before);
}

function prefixed(
  prefix: string,
  group: string | null,
  definition: ConfigDefinition,
  value: ConfigValue | undefined,
): ConfigInfo {
  const name = prefix + definition.name;
  return {
    definition: { ...definition, name, group, dependents: definition.dependents.map((each) => prefix + each) },
    value: {
      ...(value ?? { value: null, recommendedValues: [], errors: [], visible: true }),
      name,
      errors: [],
    },
  };
}

/** With the whole name of the setting, also where its message has the short one. */
function prefixedIssue(prefix: string, { key, message }: ConfigIssue, whole: string): ConfigIssue {
  if (key === undefined) return { key: whole, message };
  const named = message
    .replace(`configuration ${key}:`, `configuration ${prefix}${key}:`)
    .replace(`configuration "${key}"`, `configuration "${prefix}${key}"`);
  return { key: prefix + key, message: named };
}

function predicateInfos(prefix: string, group: string, resolved: ConfigProperties): ConfigInfo[] {
  const negate = resolved[`${prefix}negate`];
  return [
    info(`${prefix}negate`, 'BOOLEAN', negate ?? 'false', {
      group,
      displayName: 'negate',
      documentation: 'Whether the transform applies where the predicate does not.',
      defaultValue: 'false',
    }),
    info(`${prefix}predicate`, 'STRING', resolved[`${prefix}predicate`] ?? null, {
      group,
      displayName: 'predicate',
      documentation: 'Name of the predicate that says to which records the transform applies.',
    }),
  ];
}

interface InfoOptions {
  readonly group: string | null;
  readonly displayName: string;
  readonly documentation?: string;
  readonly required?: boolean;
  readonly defaultValue?: string | null;
  readonly importance?: ConfigDefinition['importance'];
  readonly width?: ConfigDefinition['width'];
  readonly recommended?: readonly string[];
}

function info(name: string, type: ConfigDefinition['type'], value: string | null, options: InfoOptions): ConfigInfo {
  return {
    definition: {
      name,
      type,
      required: options.required ?? false,
      defaultValue: options.defaultValue ?? null,
      importance: options.importance ?? 'MEDIUM',
      documentation: options.documentation ?? '',
      group: options.group,
      orderInGroup: -1,
      width: options.width ?? 'NONE',
      displayName: options.displayName,
      dependents: [],
    },
    value: { name, value, recommendedValues: options.recommended ?? [], errors: [], visible: true },
  };
}

function duplicateIssues(resolved: ConfigProperties): ConfigIssue[] {
  return (['transforms', 'predicates'] as const).flatMap((key) => {
    const aliases = aliasesIn(resolved[key]);
    const double = aliases.find((alias, index) => aliases.indexOf(alias) !== index);
    return double === undefined
      ? []
      : [{ key, message: `Duplicate alias provided: ${key} names ${double} twice; give each a name of its own` }];
  });
}

function isClientSecret(key: string): boolean {
  return (
    CLIENTS.some((role) => key.startsWith(`${role}.override.`)) &&
    /(sasl\.jaas\.config|password|ssl\.keystore\.key|secret)$/.test(key)
  );
}

function isConnector({ description: { kind } }: RegisteredPlugin): boolean {
  return kind === 'source' || kind === 'sink';
}

function withoutPrefix(properties: ConfigProperties, prefix: string): ConfigProperties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

export function aliasesIn(list: string | undefined): string[] {
  return (list ?? '').split(',').flatMap((each) => each.trim() || []);
}
