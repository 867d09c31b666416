import { parseSettingsFile } from './settings-file.ts';

describe('parseSettingsFile', () => {
  it('reads properties with comments, separators, escapes and continued lines', async () => {
    const text = [
      '# a comment',
      '! another',
      'log.retention.ms=1000',
      'num.partitions : 3',
      '  listeners PLAINTEXT://:9092,\\',
      '      OTHER://:9093',
      'path=C\\:\\\\data\\u0041',
      'empty=',
      'bare',
    ].join('\r\n');

    expect([...(await parseSettingsFile('server.properties', text))]).toEqual([
      ['log.retention.ms', '1000'],
      ['num.partitions', '3'],
      ['listeners', 'PLAINTEXT://:9092,OTHER://:9093'],
      ['path', 'C:\\dataA'],
      ['empty', ''],
      ['bare', ''],
    ]);
  });

  it('reads YAML with dotted keys, nested maps and lists', async () => {
    const text =
      'log.retention.ms: 1000\nlog:\n  segment:\n    bytes: 2048\nlisteners: [A://:1, B://:2]\nauto.create.topics.enable: false\n';

    expect([...(await parseSettingsFile('server.yaml', text))]).toEqual([
      ['log.retention.ms', '1000'],
      ['log.segment.bytes', '2048'],
      ['listeners', 'A://:1,B://:2'],
      ['auto.create.topics.enable', 'false'],
    ]);
    expect((await parseSettingsFile('empty.yml', '')).size).toBe(0);
  });

  it.each([
    ['a.yaml', 'a: [1', /cannot read settings from a\.yaml/],
    ['a.yaml', '- 1\n- 2', /top level must be a map/],
    ['a.properties', 'a=1\n=2', /line 2: no key/],
  ])('names the file %s and what is wrong with it', async (path, text, message) => {
    await expect(parseSettingsFile(path, text)).rejects.toThrow(message);
  });
});
