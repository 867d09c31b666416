import { parseCommandLine, UsageError } from './command-line.ts';

const KNOWN = new Set(['log.retention.ms', 'num.partitions', 'millrace.durability', 'node.id']);
const parse = (...argv: string[]) => parseCommandLine(argv, KNOWN);

describe('parseCommandLine', () => {
  it('maps short flags and Kafka keys to settings, the later one winning', () => {
    const line = parse(
      '--port',
      '0',
      '--data-dir=./d',
      '--log.retention.ms',
      '5',
      '--set',
      'num.partitions=3',
      '--num.partitions=4',
      '--node-id',
      '7',
    );

    expect([...line.process]).toEqual([
      ['port', '0'],
      ['data-dir', './d'],
    ]);
    expect([...line.settings]).toEqual([
      ['log.retention.ms', '5'],
      ['num.partitions', '4'],
      ['node.id', '7'],
    ]);
    expect(line.kind).toBe('run');
  });

  it('knows its switches', () => {
    expect(parse('--help').kind).toBe('help');
    expect(parse('--version').kind).toBe('version');
    expect(parse('--repair').repair).toBe(true);
    expect(parse('--config', 'a.yaml').configFile).toBe('a.yaml');
  });

  it.each([
    [['--prot', '1'], /unknown flag --prot: did you mean --port\?/],
    [['--log.retention.m=1'], /did you mean --log\.retention\.ms\?/],
    [['9092'], /unexpected argument "9092"/],
    [['--port'], /--port needs a value/],
    [['--port', '--help'], /--port needs a value/],
    [['--set', 'novalue'], /--set needs KEY=VALUE/],
    [['--repair=yes'], /--repair takes no value/],
  ])('refuses %j with the remedy', (argv, message) => {
    expect(() => parse(...argv)).toThrow(UsageError);
    expect(() => parse(...argv)).toThrow(message);
  });
});
