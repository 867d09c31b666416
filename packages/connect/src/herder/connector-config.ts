/**
 * Settings that every connector has, whatever its plugin: those of Kafka Connect, and `errors.restart.*`.
 *
 * Not here: what they do (../task, ../worker); this is how they are read, checked and described.
 */
import { c, config, type ConfigIssue, type ConfigSpec } from '@millrace/connect-api';
import type { PluginRegistry, RegisteredPlugin } from '../plugins/plugin-registry.ts';
import { restartFields } from '../worker/restart-config.ts';
import type { WorkerSettings } from '../worker/worker-settings.ts';

const COMMON = 'Common';
const ERRORS = 'Error Handling';
const TOPIC_CREATION = 'Topic Creation';
const EXACTLY_ONCE = 'Exactly Once Support';

export interface ConnectorConfigContext {
  readonly plugins: PluginRegistry;
  readonly settings: WorkerSettings;
  /** The connector's plugin. */
  readonly plugin: RegisteredPlugin;
}

/** The definition for connectors of this plugin. */
export function connectorConfig(context: ConnectorConfigContext): ConfigSpec<unknown> {
  return context.plugin.description.kind === 'sink' ? sinkConfig(context) : sourceConfig(context);
}

function commonFields({ plugins, settings, plugin }: ConnectorConfigContext) {
  const version = plugin.description.version;
  const versions = plugins.versionsOf([plugin.description.kind], plugin.description.name);
  return {
    name: c
      .string()
      .nonEmpty()
      // Names stand in paths of REST and in names of groups and files.
      .validate((name) => (/[\p{Cc}]/u.test(name) ? 'String may not contain control characters' : undefined))
      .importance('high')
      .width('medium')
      .display('Connector name')
      .group(COMMON, 1)
      .doc('Name of the connector, unique in its Connect cluster. A sink reads as group connect-{name}.'),
    'connector.class': c
      .string()
      .importance('high')
      .width('long')
      .display('Connector class')
      .group(COMMON, 2)
      .doc(
        'Plugin of the connector: its name, one of its aliases (such as the class of a Java connector that it replaces), or either without "Connector" at the end.',
      ),
    'connector.plugin.version': c
      .string()
      .default(version)
      .recommend(versions.map(({ description }) => description.version))
      .width('medium')
      .display('Connector version')
      .group(COMMON, 3)
      .doc('Version of the plugin, or a range of versions such as ^1.2 or [1.0,2.0).'),
    'tasks.max': c
      .int()
      .default(1)
      .atLeast(1)
      .importance('high')
      .width('short')
      .display('Tasks max')
      .group(COMMON, 4)
      .doc('How many tasks the connector may have at most.'),
    'tasks.max.enforce': c
      .boolean()
      .default(true)
      .importance('low')
      .width('short')
      .display('Enforce tasks max')
      .group(COMMON, 5)
      .doc(
        'Fails a connector that plans more tasks than tasks.max. False lets it have them, for as long as it takes to repair it.',
      ),
    ...converterFields('key', 6, plugins, settings),
    ...converterFields('value', 8, plugins, settings),
    ...converterFields('header', 10, plugins, settings),
    transforms: c
      .list(c.string())
      .default('')
      .importance('low')
      .width('long')
      .display('Transforms')
      .group('Transforms', 12)
      .doc(
        'Names of transforms that each record passes, in order; transforms.{name}.type and its settings say what each does.',
      ),
    predicates: c
      .list(c.string())
      .default('')
      .importance('low')
      .width('long')
      .display('Predicates')
      .group('Predicates', 13)
      .doc('Names of predicates that transforms refer to by transforms.{name}.predicate.'),
    'config.action.reload': c
      .oneOf('none', 'restart')
      .default('restart')
      .importance('low')
      .width('medium')
      .display('Reload Action')
      .group(COMMON, 14)
      .doc(
        'What follows when a value from a config provider expires: restart the connector, or none. No provider that there is gives such values.',
      ),
    'errors.retry.timeout': c
      .long()
      .default(0)
      .atLeast(-1)
      .width('medium')
      .display('Retry Timeout for Errors')
      .group(ERRORS, 1)
      .doc('How long an operation that failed is tried again, in milliseconds; 0: not at all, -1: without end.'),
    'errors.retry.delay.max.ms': c
      .long()
      .default(60_000)
      .atLeast(1)
      .width('medium')
      .display('Maximum Delay Between Retries for Errors')
      .group(ERRORS, 2)
      .doc('The longest pause between two attempts, in milliseconds.'),
    'errors.tolerance': c
      .oneOf('none', 'all')
      .default('none')
      .width('short')
      .display('Error Tolerance')
      .group(ERRORS, 3)
      .doc(
        'none: a record that cannot be converted, transformed or written fails the task. all: it is left out, and reported to the dead letter topic if there is one.',
      ),
    'errors.log.enable': c
      .boolean()
      .default(false)
      .width('short')
      .display('Log Errors')
      .group(ERRORS, 4)
      .doc('Logs each record that is left out.'),
    'errors.log.include.messages': c
      .boolean()
      .default(false)
      .width('short')
      .display('Log Error Details')
      .group(ERRORS, 5)
      .doc('Adds to those lines where the record came from; never its contents.'),
  };
}

const REPORTING_FIELDS = {
  'errors.deadletterqueue.topic.name': c
    .string()
    .default('')
    .width('medium')
    .display('Dead Letter Queue Topic Name')
    .group(ERRORS, 6)
    .doc('Topic for records that are left out, of sinks and of sources; empty: none.'),
  'errors.deadletterqueue.topic.replication.factor': c
    .short()
    .default(3)
    .atLeast(-1)
    .validate((factor) => (factor === 0 ? 'use a number of brokers, or -1 for the default of the brokers' : undefined))
    .width('medium')
    .display('Dead Letter Queue Topic Replication Factor')
    .group(ERRORS, 7)
    .doc('Replication factor with which that topic is created; -1: as the brokers have it.'),
  'errors.deadletterqueue.context.headers.enable': c
    .boolean()
    .default(false)
    .width('medium')
    .display('Enable Error Context Headers')
    .group(ERRORS, 8)
    .doc('Adds headers __connect.errors.… to such records, which say what failed, where and why.'),
  ...restartFields,
};

function converterFields(
  role: 'key' | 'value' | 'header',
  order: number,
  plugins: PluginRegistry,
  { properties, keyConverter, valueConverter, headerConverter }: WorkerSettings,
) {
  const key = `${role}.converter` as const;
  const kind = role === 'header' ? 'header_converter' : 'converter';
  const name = properties[key] ?? { key: keyConverter, value: valueConverter, header: headerConverter }[role];
  const offered = plugins.list([kind]);
  const versions = plugins.versionsOf([kind], name).map(({ description }) => description.version);
  const title = `${role[0]?.toUpperCase() ?? ''}${role.slice(1)}`;
  const versionField = c
    .string()
    .recommend(versions)
    .importance('low')
    .width('short')
    .display(`${title} converter version`)
    .group(COMMON, order + 1)
    .doc(`Version, or range of versions, of the ${role} converter.`);
  return {
    [key]: c
      .className()
      .default(name)
      .validate((given) =>
        plugins.versionsOf([kind], given).length === 0
          ? `there is no ${kind.replace('_', ' ')} of that name`
          : undefined,
      )
      .recommend(offered.map(({ className }) => className))
      .importance('low')
      .width('short')
      .display(`${title} converter class`)
      .group(COMMON, order)
      .doc(
        `Converter of the ${role}${role === 'header' ? ' values' : 's'} of records; its settings begin with ${key}.`,
      ),
    [`${key}.plugin.version`]: versions[0] === undefined ? versionField.optional() : versionField.default(versions[0]),
  };
}

function sourceConfig(context: ConnectorConfigContext): ConfigSpec<unknown> {
  return config({
    ...commonFields(context),
    'topic.creation.groups': c
      .list(c.string())
      .default('')
      .importance('low')
      .width('long')
      .display('Topic Creation Groups')
      .group(TOPIC_CREATION, 1)
      .doc(
        'Groups of settings for topics that the source creates; topic.creation.{group}.include says which topics belong to each.',
      ),
    'exactly.once.support': c
      .oneOf('requested', 'required')
      .default('requested')
      .width('short')
      .display('Exactly once support')
      .group(EXACTLY_ONCE, 2)
      .doc('required: the connector is refused when it, or the worker, cannot write exactly once.'),
    'transaction.boundary': c
      .oneOf('poll', 'interval', 'connector')
      .default('poll')
      .width('short')
      .display('Transaction Boundary')
      .group(EXACTLY_ONCE, 3)
      .doc(
        'When a transaction is committed, exactly once: after each batch of the source, after an interval, or where the connector says so.',
      ),
    'transaction.boundary.interval.ms': c
      .long()
      .atLeast(1)
      .optional()
      .importance('low')
      .width('short')
      .display('Transaction boundary interval')
      .group(EXACTLY_ONCE, 4)
      .doc(
        'The interval of transaction.boundary=interval, in milliseconds; by default the worker’s offset.flush.interval.ms.',
      ),
    'offsets.storage.topic': c
      .string()
      .nonEmpty()
      .optional()
      .importance('low')
      .width('long')
      .display('Offsets topic')
      .group('offsets.topic', 1)
      .doc('A topic of its own for the offsets of this connector, in a distributed worker; by default the worker’s.'),
    ...REPORTING_FIELDS,
  });
}

function sinkConfig(context: ConnectorConfigContext): ConfigSpec<unknown> {
  return config(
    {
      ...commonFields(context),
      topics: c
        .list(c.string())
        .default('')
        .importance('high')
        .width('long')
        .display('Topics')
        .group(COMMON, 4)
        .doc('Topics to read, separated by commas.'),
      'topics.regex': c
        .string()
        .default('')
        .importance('high')
        .width('long')
        .display('Topics regex')
        .group(COMMON, 4)
        .doc('Topics to read, as a regular expression that matches their whole names; instead of topics.'),
      ...REPORTING_FIELDS,
    },
    { check: sinkTopicIssues },
  );
}

function sinkTopicIssues(settings: {
  readonly topics: readonly string[];
  readonly topicsRegex: string;
  readonly errorsDeadletterqueueTopicName: string;
}): ConfigIssue[] {
  const { topics, topicsRegex, errorsDeadletterqueueTopicName: deadLetters } = settings;
  if (topics.length > 0 === (topicsRegex !== '')) {
    const message =
      topics.length > 0
        ? 'topics and topics.regex are mutually exclusive: set one of them'
        : 'Must configure one of topics or topics.regex';
    return ['topics', 'topics.regex'].map((key) => ({ key, message }));
  }
  const issues: ConfigIssue[] = [];
  if (topicsRegex !== '' && !isPattern(topicsRegex)) {
    issues.push({
      key: 'topics.regex',
      message: `Invalid value ${topicsRegex} for configuration topics.regex: not a regular expression`,
    });
  } else if (deadLetters !== '') {
    const isRead =
      topics.includes(deadLetters) || (topicsRegex !== '' && new RegExp(`^(?:${topicsRegex})$`).test(deadLetters));
    if (isRead) {
      issues.push({
        key: 'errors.deadletterqueue.topic.name',
        message: `the dead letter topic ${deadLetters} is one of the topics that the sink reads: its dead letters would come again`,
      });
    }
  }
  return issues;
}

function isPattern(text: string): boolean {
  try {
    // Without the flag `u`, as the task has it: Java's patterns may escape what needs no escape.
    return new RegExp(`^(?:${text})$`).source !== '';
  } catch {
    return false;
  }
}
