import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, LogProbe, type BrokerProcess } from '@millrace/testing';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { brokerOver, linesOf, runBrokerApp } from './broker-app.ts';

const BROKER_RESOURCE = 4;
const STATIC_BROKER_SOURCE = 4;
const DEFAULT_SOURCE = 5;
const FREE_PORTS = ['--port', '0', '--ops-port', '0'];

describe('settings of the broker process', () => {
  describe('from file, environment and flags', () => {
    it.each([
      [
        'server.properties',
        'log.retention.ms=1000\nlog.segment.bytes = 2000000\nnum.partitions: 3\n# a comment\nlog.retention.bytes=77\n',
      ],
      [
        'server.yaml',
        'log:\n  retention:\n    ms: 1000\n  segment.bytes: 2000000\nnum.partitions: 3\nlog.retention.bytes: 77\n',
      ],
    ])('%s gives way to the environment, which gives way to flags', async (name, text) => {
      await using dir = await createTempDir('settings');
      const file = join(dir.path, name);
      await writeFile(file, text);
      const flags = ['--config', file, '--num.partitions=5', '--set', 'log.cleaner.enable=true'];
      await using broker = brokerOver(join(dir.path, 'data'), flags, {
        environment: { MILLRACE_LOG_SEGMENT_BYTES: '3000000', MILLRACE_NUM_PARTITIONS: '4' },
      });
      await broker.start();

      const configs = await brokerConfigs(broker, [
        'log.retention.ms',
        'log.retention.bytes',
        'log.segment.bytes',
        'num.partitions',
        'message.max.bytes',
      ]);

      expect(configs).toEqual({
        'log.retention.ms': ['1000', STATIC_BROKER_SOURCE],
        'log.retention.bytes': ['77', STATIC_BROKER_SOURCE],
        'log.segment.bytes': ['3000000', STATIC_BROKER_SOURCE],
        'num.partitions': ['5', STATIC_BROKER_SOURCE],
        'message.max.bytes': ['1048588', DEFAULT_SOURCE],
      });
      await using probe = await LogProbe.connect({ port: broker.port });
      await probe.createTopic('events', { partitions: -1 });
      await expect(probe.appendValues('events', 4, ['in the last of five'])).resolves.toBe(0);
    });

    it('takes the data directory from the strongest source, whichever name it has there', async () => {
      await using dir = await createTempDir('settings');
      const file = join(dir.path, 'server.properties');
      await writeFile(file, `log.dirs=${join(dir.path, 'from-file')}\n`);
      const environment = { MILLRACE_DATA_DIR: join(dir.path, 'from-environment') };
      const byFlag = join(dir.path, 'from, flag');
      const flags = ['--config', file, '--log.dir', byFlag];

      await using broker = brokerOver(undefined, flags, { environment });
      await broker.start();

      expect(broker.stdoutLines[0]).toMatch(/ data=.*\/from, flag$/);
      expect(await brokerConfigs(broker, ['log.dir'])).toEqual({ 'log.dir': [byFlag, STATIC_BROKER_SOURCE] });
    });

    it('takes ports and hosts of the process from the environment', async () => {
      await using dir = await createTempDir('settings');
      await using broker = brokerOver(dir.path, [], {
        kafkaPort: 'settings',
        environment: { MILLRACE_PORT: '0', MILLRACE_HOST: 'localhost', MILLRACE_LOG_LEVEL: 'silent' },
      });

      await broker.start();

      expect(broker.addresses.kafka).toMatch(/^localhost:[1-9]\d*$/);
      await broker.stop();
      expect(broker.stderrLines).toEqual([]);
    });
  });

  describe('listeners', () => {
    it('binds every listener and tells clients what advertised.listeners says', async () => {
      await using dir = await createTempDir('settings');
      const flags = [
        '--listeners=LOCAL://127.0.0.1:0,LAN://localhost:0',
        '--set',
        'listener.security.protocol.map=LOCAL:PLAINTEXT,LAN:PLAINTEXT',
        '--advertised.listeners',
        'LOCAL://broker.example:19092,LAN://lan.example:0',
      ];
      await using broker = brokerOver(dir.path, flags, { kafkaPort: 'settings' });
      await broker.start();

      await using probe = await LogProbe.connect({ port: broker.port });
      const request = createMetadataRequest({ topics: [] });
      const metadata = await probe.wire.call(metadataRequest, metadataResponse, 12, request);

      // The ready line names the first listener, as bound; a client on it learns the address advertised for that one.
      expect(broker.addresses.kafka).toMatch(/^127\.0\.0\.1:[1-9]/);
      expect(metadata.brokers.map(({ host, port }) => [host, port])).toEqual([['broker.example', 19_092]]);
    });

    it('shows an address that can be used when it listens on every interface', async () => {
      await using dir = await createTempDir('settings');
      await using broker = brokerOver(dir.path, ['--listeners', 'PLAINTEXT://:0'], { kafkaPort: 'settings' });
      await broker.start();

      expect(broker.addresses.kafka).toMatch(/^0\.0\.0\.0:[1-9]\d*$/);
      await using probe = await LogProbe.connect({ port: broker.port });
      const request = createMetadataRequest({ topics: [] });
      const metadata = await probe.wire.call(metadataRequest, metadataResponse, 12, request);
      expect(metadata.brokers.map(({ host, port }) => [host, port])).toEqual([['localhost', broker.port]]);
    });

    it.each([
      [['--listeners', 'SASL_SSL://127.0.0.1:0'], /listeners .*SASL_SSL.*does not offer/],
      [['--listeners', '127.0.0.1:9092'], /listeners .*"127\.0\.0\.1:9092".*NAME:\/\/host:port/],
      [
        ['--listeners', 'PLAINTEXT://127.0.0.1:0', '--advertised.listeners', 'OTHER://h:1'],
        /advertised\.listeners .*"OTHER".*no listener of that name/,
      ],
      [
        ['--listeners', 'PLAINTEXT://127.0.0.1:0', '--port', '0'],
        /^millrace: --port says the same as the setting listeners \(command line\)/,
      ],
    ])('refuses %j', async (flags, line) => {
      await using dir = await createTempDir('settings');
      const outcome = await runBrokerApp(['--ops-port', '0', '--data-dir', join(dir.path, 'data'), ...flags]);

      expect(outcome.code).toBe(2);
      expect(linesOf(outcome.stderr)).toEqual([expect.stringMatching(line)]);
    });
  });

  describe('that are wrong', () => {
    it.each<[string, readonly string[], Record<string, string>, RegExp]>([
      ['a flag', ['--prot', '0'], {}, /^millrace: unknown flag --prot: did you mean --port\?$/],
      [
        'a Kafka key as a flag',
        ['--log.retention.m=1'],
        {},
        /unknown flag --log\.retention\.m: did you mean --log\.retention\.ms\?$/,
      ],
      [
        'a key of --set',
        ['--set', 'num.partition=1'],
        {},
        /no setting num\.partition: did you mean num\.partitions\? \(command line\)$/,
      ],
      [
        'a variable',
        [],
        { MILLRACE_NUM_PARTITION: '1' },
        /environment variable MILLRACE_NUM_PARTITION names no setting: did you mean MILLRACE_NUM_PARTITIONS\?$/,
      ],
    ])('names the nearest valid name for %s that is unknown', async (_what, flags, environment, line) => {
      await using dir = await createTempDir('settings');
      const argv = [...FREE_PORTS, '--data-dir', join(dir.path, 'data'), ...flags];

      const outcome = await runBrokerApp(argv, environment);

      expect(outcome.code).toBe(2);
      expect(outcome.stdout).toBe('');
      expect(linesOf(outcome.stderr)).toEqual([expect.stringMatching(line)]);
    });

    it('names every wrong entry of a file, with the file', async () => {
      await using dir = await createTempDir('settings');
      const file = join(dir.path, 'server.properties');
      await writeFile(file, 'log.retntion.ms=1\nnum.partitions=0\nmillrace.durability=maybe\n');

      const outcome = await runBrokerApp([...FREE_PORTS, '--data-dir', join(dir.path, 'data'), '--config', file]);

      expect(outcome.code).toBe(2);
      const lines = linesOf(outcome.stderr);
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(line).toContain(`(file ${file})`);
      expect(lines).toEqual([
        expect.stringContaining('no setting log.retntion.ms: did you mean log.retention.ms?'),
        expect.stringMatching(/num\.partitions.*\[1,\.\.\.\]/),
        expect.stringMatching(/millrace\.durability.*\[fsync, os\]/),
      ]);
    });

    it.each<[readonly string[], Record<string, string>, RegExp]>([
      [
        ['--set', 'num.partitions=0'],
        {},
        /invalid value "0" for configuration num\.partitions: .*\[1,\.\.\.\].*\(command line\)$/,
      ],
      [
        ['--log.segment.bytes', 'big'],
        {},
        /invalid value "big" for configuration log\.segment\.bytes: .*\[1048576,\.\.\.\].*\(command line\)$/,
      ],
      [
        [],
        { MILLRACE_LOG_SEGMENT_BYTES: '5' },
        /invalid value "5" for configuration log\.segment\.bytes: .*\(environment variable MILLRACE_LOG_SEGMENT_BYTES\)$/,
      ],
      [['--port', '70000'], {}, /--port "70000" is not a port: give a whole number from 0 \(a free one\) to 65535$/],
      [['--ops-port', '0x10'], {}, /--ops-port "0x10" is not a port/],
      [[], { MILLRACE_PORT: 'http' }, /MILLRACE_PORT "http" is not a port/],
      [['--log-level', 'loud'], {}, /--log-level "loud" is not one of trace, debug, info, warn, error, silent$/],
      [['--data-dir', ''], {}, /--data-dir is empty/],
      [['--log.dirs', '/a,/b'], {}, /log\.dirs "\/a,\/b" \(command line\): name exactly one folder/],
      [
        ['--config', '/nowhere/server.properties'],
        {},
        /cannot read settings from \/nowhere\/server\.properties: there is no such file$/,
      ],
    ])('names the setting and what it may be: %j %j', async (flags, environment, line) => {
      const outcome = await runBrokerApp(flags, environment);

      expect(outcome.code).toBe(2);
      expect(outcome.stdout).toBe('');
      expect(linesOf(outcome.stderr)).toEqual([expect.stringMatching(line)]);
    });

    it('are told before a port is looked at', async () => {
      await using dir = await createTempDir('settings');
      await using running = brokerOver(join(dir.path, 'running'));
      await running.start();
      const opsPort = running.addresses.ops.split(':')[1] ?? '';

      const outcome = await runBrokerApp(['--ops-port', opsPort, '--data-dir', dir.path, '--set', 'num.partitions=0']);

      expect(outcome.code).toBe(2);
      expect(linesOf(outcome.stderr)).toEqual([expect.stringContaining('num.partitions')]);
    });

    it('leaves the data directory alone', async () => {
      await using dir = await createTempDir('settings');
      const dataDir = join(dir.path, 'data');

      await runBrokerApp([...FREE_PORTS, '--data-dir', dataDir, '--set', 'num.partitions=0']);

      await expect(writeFile(join(dataDir, 'x'), '')).rejects.toThrow(/ENOENT/);
    });
  });
});

async function brokerConfigs(broker: BrokerProcess, keys: readonly string[]): Promise<Record<string, unknown>> {
  await using probe = await LogProbe.connect({ port: broker.port });
  const configs = await probe.describeConfigs(BROKER_RESOURCE, '1', keys);
  return Object.fromEntries([...configs].map(([key, { value, configSource }]) => [key, [value, configSource]]));
}
