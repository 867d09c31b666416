import { silentLogger, type LogFields } from '@millrace/base';
import { builtInPlugins } from '../built-in-plugins.ts';
import { builtInPlugin, PluginRegistry } from '../plugins/plugin-registry.ts';
import { distributedConfig } from '../distributed/distributed-settings.ts';
import { workerConfig } from '../worker/worker-settings.ts';
import { checkConverters, warnOfMisspelled } from './start-checks.ts';

const plugins = new PluginRegistry(builtInPlugins.map(builtInPlugin));
const check = (properties: Record<string, string>) => () => checkConverters(properties, plugins, builtInPlugins);

describe('checkConverters', () => {
  it('takes converters by any of their names', () => {
    expect(
      check({
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'false',
        'header.converter': 'SimpleHeaderConverter',
      }),
    ).not.toThrow();
  });

  it('names each that is not there or has a wrong setting', () => {
    const wrong = check({
      'key.converter': 'Jsn',
      'value.converter': 'JsonConverter',
      'value.converter.schemas.enable': 'maybe',
    });

    expect(wrong).toThrow(/key\.converter: .*matches Jsn.*; value\.converter: .*schemas\.enable/);
  });
});

describe('warnOfMisspelled', () => {
  it('warns of what is nearly a setting, and of nothing else', () => {
    const warned: (LogFields | undefined)[] = [];
    const log = { ...silentLogger, warn: (_message: string, fields?: LogFields) => void warned.push(fields) };
    const properties = {
      'ofset.flush.interval.ms': '1',
      listeners: 'http://:0',
      'sasl.mechanism': 'PLAIN',
      x: 'y',
      // Of clients, and as one of the worker behind the role.
      'consumer.session.timeout.ms': '6000',
      'producer.client.id': 'p',
      'admin.listener': 'http://:0',
    };

    warnOfMisspelled(properties, [workerConfig, distributedConfig], log);

    expect(warned).toEqual([
      { setting: 'ofset.flush.interval.ms', didYouMean: 'offset.flush.interval.ms' },
      { setting: 'admin.listener', didYouMean: 'admin.listeners' },
    ]);
  });
});
