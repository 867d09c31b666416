import type { ConfigProperties } from '@millrace/connect-api';
import { builtInPlugins } from '../built-in-plugins.ts';
import { builtInPlugin, PluginRegistry } from '../plugins/plugin-registry.ts';
import type { TaskHost } from '../task/task-host.ts';
import { readWorkerSettings } from '../worker/worker-settings.ts';
import { ConfigValidator } from './config-validator.ts';

const SINK = { name: 'one', 'connector.class': 'FileStreamSink', file: '/out', topics: 'lines' };
const SOURCE = { name: 'one', 'connector.class': 'FileStreamSource', file: '/in', topic: 'lines' };

function validator(worker: ConfigProperties = {}, isExactlyOnce = false): ConfigValidator {
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
