import { silentLogger, type LogFields } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { builtInPlugins } from '../built-in-plugins.ts';
import { builtInPlugin, PluginRegistry } from '../plugins/plugin-registry.ts';
import type { TaskHost, ValidatedConfig } from '../task/task-host.ts';
import { readWorkerSettings } from '../worker/worker-settings.ts';
import { inTopics, withoutTopics } from './offset-topic-check.ts';
import { ConfigValidator, type ConfigValidatorOptions } from './config-validator.ts';

const SINK = { name: 'one', 'connector.class': 'FileStreamSink', file: '/out', topics: 'lines' };
const SOURCE = { name: 'one', 'connector.class': 'FileStreamSource', file: '/in', topic: 'lines' };

let logged: (LogFields | undefined)[] = [];
const log = { ...silentLogger, warn: (_message: string, fields?: LogFields) => void logged.push(fields) };

beforeEach(() => {
  logged = [];
});

function validator(
  worker: ConfigProperties = {},
  isExactlyOnce = false,
  changes: Partial<ConfigValidatorOptions> = {},
): ConfigValidator {
  return new ConfigValidator({
    plugins: new PluginRegistry(builtInPlugins.map(builtInPlugin)),
    settings: readWorkerSettings(worker),
    // The plugins of these tests run no code elsewhere.
    host: {} as TaskHost,
    resolve: async (config) => {
      if (Object.values(config).includes('${vault:x}')) throw new Error('there is no config provider vault');
      return Object.fromEntries(
        Object.entries(config).map(([key, text]) => [key, text.replace('${file:/s:password}', 'hunter2')]),
      );
    },
    isExactlyOnce,
    builtIn: builtInPlugins,
    findTopic: async (_config, topic) => ({ exists: topic === 'there', brokerCount: 1 }),
    checkOffsetTopic: withoutTopics,
    log,
    ...changes,
  });
}

async function errorsOf(config: ConfigProperties, ...made: Parameters<typeof validator>): Promise<string[]> {
  const { configs, errorCount } = await validator(...made).validate(config);
  const errors = configs.flatMap(({ value }) => value.errors);
  expect(errors).toHaveLength(errorCount);
  return errors;
}

describe('validation of a connector', () => {
  it('finds nothing wrong with what is right', async () => {
    expect(await errorsOf(SINK)).toEqual([]);
    expect(await errorsOf(SOURCE)).toEqual([]);
  });

  it.each<[string, ConfigProperties, RegExp]>([
    ['no topics', { ...SINK, topics: '' }, /Must configure one of topics or topics\.regex/],
    ['two ways to say topics', { ...SINK, 'topics.regex': 'l.*' }, /mutually exclusive: set one of them/],
    [
      'dead letters that come again',
      { ...SINK, topics: '', 'topics.regex': 'l.*', 'errors.deadletterqueue.topic.name': 'lost' },
      /its dead letters would come again/,
    ],
    [
      'a wrong setting of a converter',
      { ...SINK, 'value.converter': 'JsonConverter', 'value.converter.decimal.format': 'HEX' },
      /HEX for configuration value\.converter\.decimal\.format: /,
    ],
    [
      'a version of a converter that there is not',
      { ...SINK, 'key.converter': 'JsonConverter', 'key.converter.plugin.version': '[99,)' },
      /99/,
    ],
    [
      'dead letter topics without a replica',
      { ...SINK, 'errors.deadletterqueue.topic.replication.factor': '0' },
      /use a number of brokers, or -1/,
    ],
    ['a topics.regex that is none', { ...SINK, topics: '', 'topics.regex': '(' }, /not a regular expression/],
    ['an unknown converter', { ...SINK, 'value.converter': 'Nope' }, /no converter of that name/],
    ['a transform without a type', { ...SINK, transforms: 'x' }, /"transforms\.x\.type" which has no default/],
    ['an unknown transform', { ...SINK, transforms: 'x', 'transforms.x.type': 'Nope' }, /matches Nope/],
    [
      'a transform that lacks a setting',
      { ...SINK, transforms: 'x', 'transforms.x.type': 'RegexRouter', 'transforms.x.regex': 'a' },
      /replacement/,
    ],
    [
      'a predicate that there is not',
      { ...SINK, transforms: 'x', 'transforms.x.type': 'Filter', 'transforms.x.predicate': 'old' },
      /there is no predicate of that name; add it to predicates/,
    ],
    ['a name twice', { ...SINK, transforms: 'x,x', 'transforms.x.type': 'Filter' }, /Duplicate alias/],
    ['an unknown config provider', { ...SINK, file: '${vault:x}' }, /no config provider vault/],
  ])('refuses %s', async (_what, config, message) => {
    expect((await errorsOf(config)).join('\n')).toMatch(message);
  });

  it('refuses overrides of clients that the worker’s policy does not allow', async () => {
    const config = { ...SINK, 'consumer.override.max.poll.records': '5', 'consumer.override.sasl.jaas.config': 'x' };

    expect(await errorsOf(config)).toEqual([]);
    expect(await errorsOf(config, { 'connector.client.config.override.policy': 'Principal' })).toEqual([
      expect.stringMatching(/'max\.poll\.records'.*change connector\.client\.config\.override\.policy/),
    ]);
    expect(await errorsOf(config, { 'connector.client.config.override.policy': 'None' })).toHaveLength(2);
  });

  it('promises exactly once only where worker and connector can', async () => {
    const config = { ...SOURCE, 'exactly.once.support': 'required' };

    expect(await errorsOf(config, {}, false)).toEqual([
      expect.stringMatching(/exactly\.once\.source\.support=enabled/),
    ]);
    expect(await errorsOf(config, {}, true)).toEqual([]);
    expect(await errorsOf({ ...SOURCE, 'transaction.boundary': 'connector' })).toEqual([
      expect.stringMatching(/set transaction\.boundary to poll or interval/),
    ]);
  });

  it('shows references to config providers, never what they stand for', async () => {
    const config = { ...SOURCE, file: '${file:/s:password}', 'tasks.max': '${file:/s:password}' };

    const infos = await validator().validate(config);

    expect(JSON.stringify(infos)).not.toContain('hunter2');
    expect(infos.configs.find(({ value }) => value.name === 'file')?.value.value).toBe('${file:/s:password}');
  });

  it('warns of settings that nothing reads, with the one that was meant', async () => {
    const config = {
      ...SINK,
      'task.max': '3',
      'com.acme.trace.level': 'all',
      'value.converter.schemas.enable': 'false',
      'consumer.override.max.poll.records': '5',
      'topic.creation.default.partitions': '3',
      transforms: 'route',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': 'a',
      'transforms.route.replacement': 'b',
      'transforms.route.predicate': 'old',
      'transforms.route.negat': 'true',
      'transforms.mask.type': 'MaskField',
      predicates: 'old',
      'predicates.old.type': 'TopicNameMatches',
      'predicates.old.pattern': 'x',
    };

    const { warnings, errorCount } = await validator().validate(config);

    expect(errorCount).toBe(0);
    expect(warnings).toEqual([
      'task.max is not known and has no effect: did you mean tasks.max?',
      expect.stringMatching(/^com\.acme\.trace\.level is not known and has no effect: nothing reads it; see GET/),
      expect.stringMatching(/^value\.converter\.schemas\.enable has no effect without value\.converter: /),
      expect.stringMatching(/^topic\.creation\.default\.partitions is not known/),
      'transforms.route.negat is not known and has no effect: did you mean transforms.route.negate?',
      expect.stringMatching(/^transforms\.mask\.type is not known and has no effect: /),
    ]);
  });

  it('takes a topics.regex that escapes what needs no escape, as Java does', async () => {
    expect(await errorsOf({ ...SINK, topics: '', 'topics.regex': 'app\\-.*\\_log' })).toEqual([]);
  });

  it('shows the settings of a converter that the connector names, and knows which there are', async () => {
    const config = {
      ...SINK,
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      'value.converter.schema.enable': 'false',
    };

    const { configs, warnings } = await validator().validate(config);

    expect(configs.find(({ value }) => value.name === 'value.converter.schemas.enable')?.value.value).toBe('false');
    expect(warnings).toEqual([
      'value.converter.schema.enable is not known and has no effect: did you mean value.converter.schemas.enable?',
    ]);
  });

  it('knows what a source may set of the topics that it makes', async () => {
    const config = {
      ...SOURCE,
      'topic.creation.groups': 'compacted',
      'topic.creation.default.partitions': '3',
      'topic.creation.compacted.cleanup.policy': 'compact',
      'topic.creation.other.partitions': '3',
    };

    const { warnings } = await validator().validate(config);

    expect(warnings).toEqual([expect.stringMatching(/^topic\.creation\.other\.partitions is not known/)]);
  });

  it('warns of references to config providers that the worker does not have', async () => {
    const config = { ...SOURCE, file: '${env:HOME}/in', topic: '${file:/t.properties:topic}' };

    const { warnings, errorCount } = await validator({ 'config.providers': 'file' }).validate(config);

    expect(errorCount).toBe(0);
    expect(warnings).toEqual([
      expect.stringMatching(/^file has a reference to the config provider env, .*: add env to config\.providers/),
    ]);
  });

  it('warns of a dead letter topic that could not be made', async () => {
    const letters = { ...SINK, 'errors.deadletterqueue.topic.name': 'lost' };
    const factor = 'errors.deadletterqueue.topic.replication.factor';
    const warningsOf = async (config: ConfigProperties) => (await validator().validate(config)).warnings;

    expect(await warningsOf(letters)).toEqual([
      expect.stringMatching(/replication\.factor is 3, and the cluster has 1 broker: lost is not there/),
    ]);
    expect(await warningsOf({ ...letters, [factor]: '1' })).toEqual([]);
    expect(await warningsOf({ ...letters, [factor]: '-1' })).toEqual([]);
    expect(await warningsOf({ ...letters, 'errors.deadletterqueue.topic.name': 'there' })).toEqual([]);
  });

  it.each([
    [
      'configs',
      [
        /offsets\.storage\.topic: the workers keep other things there \(config\.storage\.topic\): name a topic of its own/,
      ],
    ],
    ['statuses', [/\(status\.storage\.topic\)/]],
    ['deleting', [/the topic has cleanup\.policy=delete and would forget offsets: set its cleanup\.policy to compact/]],
    ['compacted', []],
    ['not-there', []],
  ])('takes %s for offsets of a source only if it would keep them', async (topic, messages) => {
    const policies: Readonly<Record<string, string>> = { deleting: 'delete', compacted: 'compact' };
    const checkOffsetTopic = inTopics(
      { configStorageTopic: 'configs', statusStorageTopic: 'statuses' },
      async (_config, name) => policies[name],
    );

    const errors = await errorsOf({ ...SOURCE, 'offsets.storage.topic': topic }, {}, false, { checkOffsetTopic });

    expect(errors).toEqual(messages.map((message) => expect.stringMatching(message) as unknown));
  });

  it('warns of an offset topic in a worker that has no topics', async () => {
    const { warnings, errorCount } = await validator().validate({ ...SOURCE, 'offsets.storage.topic': 'own' });

    expect(errorCount).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(/^offsets\.storage\.topic has no effect: a standalone worker/)]);
  });

  it('logs what looks wrong when the configuration is taken', async () => {
    await validator().assertValid({ ...SINK, 'task.max': '3' });

    expect(logged).toEqual([{ connector: 'one', warning: expect.stringContaining('did you mean tasks.max?') }]);
  });

  it('is refused with what looks wrong beside what is, since that may be why, and logs it', async () => {
    const config = { ...SOURCE, 'tasks.max': '0', file: '${file:/s:path}' };

    await expect(validator().assertValid(config)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(
        /following 1 error\(s\):\n.*\n.*\(1 warning\(s\)\):\nfile has .*add file to config\.providers of every worker\nYou can/,
      ),
      details: { problems: [expect.stringContaining('tasks.max'), expect.stringContaining('config.providers')] },
    });
    expect(logged).toEqual([{ connector: 'one', warning: expect.stringContaining('config.providers') }]);
  });

  it.each([
    ['looks at the outside world', '/in', false],
    ['does not when a reference could not be resolved', '${vault:x}', true],
  ])('%s', async (_what, file, isCheckSkipped) => {
    const asked: unknown[] = [];
    const lists = { definitions: [], keys: [], values: [], issues: [], warnings: [], secretKeys: [] };
    const nothing: ValidatedConfig = { kind: 'source', version: '1', ...lists };
    const host: Pick<TaskHost, 'validate'> = { validate: async (_spec, options) => (asked.push(options), nothing) };
    const builtIn = builtInPlugins.map(builtInPlugin);
    const ofPackage = builtIn.map((plugin) => ({ ...plugin, ref: { ...plugin.ref, module: 'file:///plugin.js' } }));

    const plugins = new PluginRegistry(ofPackage);
    await validator({}, false, { plugins, host: host as TaskHost }).validate({ ...SOURCE, file });

    expect(asked).toEqual([{ isCheckSkipped }]);
  });

  it('is refused with all that is wrong at once', async () => {
    await expect(validator().assertValid({ ...SOURCE, topic: '', 'tasks.max': '0' })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/following 2 error\(s\):\n.*\n.*\nYou can also find/),
    });
  });
});

describe('secrets of a connector', () => {
  it('are credentials of its clients', () => {
    const config = { ...SINK, 'consumer.override.sasl.jaas.config': 'x', 'consumer.override.max.poll.records': '1' };
    expect([...validator().secretKeys(config)]).toEqual(['consumer.override.sasl.jaas.config']);
  });
});
