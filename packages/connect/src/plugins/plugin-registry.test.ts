import type { PluginDescription } from '@millrace/connect-api/manifest';
import { builtInPlugins } from '../built-in-plugins.ts';
import { BUILT_IN, builtInPlugin, PluginRegistry, type RegisteredPlugin } from './plugin-registry.ts';

function registered(name: string, version: string, aliases: readonly string[] = []): RegisteredPlugin {
  const description: PluginDescription = { kind: 'source', name, version, aliases, definitions: [], secretKeys: [] };
  return { description, className: name, ref: { name, module: `file:///${name}-${version}` }, location: `/${version}` };
}

const registry = new PluginRegistry([
  ...builtInPlugins.map(builtInPlugin),
  registered('PostgresSourceConnector', '1.0.0', ['io.debezium.connector.postgresql.PostgresConnector']),
  registered('PostgresSourceConnector', '1.2.0', ['io.debezium.connector.postgresql.PostgresConnector']),
  registered('PostgresSourceConnector', '2.0.0', ['io.debezium.connector.postgresql.PostgresConnector']),
]);

describe('the plugin registry', () => {
  it.each(['FileStreamSinkConnector', 'FileStreamSink', 'org.apache.kafka.connect.file.FileStreamSinkConnector'])(
    'finds a connector by %s',
    (name) => {
      expect(registry.findConnector(name).description.name).toBe('FileStreamSinkConnector');
    },
  );

  it('takes the class of the Java connector that a plugin replaces', () => {
    const { description } = registry.findConnector('io.debezium.connector.postgresql.PostgresConnector');
    expect(description).toMatchObject({ name: 'PostgresSourceConnector', version: '2.0.0' });
  });

  it('gives the newest version in a range', () => {
    expect(registry.findConnector('PostgresSource', '^1.0').description.version).toBe('1.2.0');
    expect(() => registry.findConnector('PostgresSource', '^3')).toThrow(/there is 2\.0\.0, 1\.2\.0, 1\.0\.0/);
  });

  it('says which plugin may be meant, and where others come from', () => {
    expect(() => registry.findConnector('FileStreamSinc')).toThrow(/did you mean FileStreamSink.*plugin\.path/s);
  });

  it('tells a converter from a header converter of the same name', () => {
    const name = 'org.apache.kafka.connect.storage.StringConverter';
    expect(registry.find(['converter'], name).description.kind).toBe('converter');
    expect(registry.find(['header_converter'], name).description.kind).toBe('header_converter');
  });

  it('lists plugins that are the same as Kafka’s by the names of Kafka’s classes', () => {
    const router = registry.find(['transformation'], 'RegexRouter');
    expect(router.className).toBe('org.apache.kafka.connect.transforms.RegexRouter');
    expect(router.location).toBe(BUILT_IN);
  });
});
