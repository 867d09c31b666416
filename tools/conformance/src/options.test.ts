import { CASES } from './cases.ts';
import { CLIENT_NAMES, parseOptions, UsageError } from './options.ts';

describe('parseOptions', () => {
  it('runs every case of every client against our broker by default', () => {
    expect(parseOptions([])).toMatchObject({
      targets: [{ kind: 'millrace' }],
      clients: CLIENT_NAMES,
      cases: CASES.map((one) => one.name),
      writeDocs: false,
    });
  });

  it('takes several clients and cases, both brokers, or an address', () => {
    expect(parseOptions(['--target', 'both', '--client', 'kcat,java', '--case', 'headers'])).toMatchObject({
      targets: [{ kind: 'reference' }, { kind: 'millrace' }],
      clients: ['kcat', 'java'],
      cases: ['headers'],
    });
    expect(parseOptions(['--target', 'localhost:9092'])).toMatchObject({
      targets: [{ kind: 'external', bootstrap: 'localhost:9092' }],
    });
  });

  it.each([
    [['--client', 'aiokafka'], 'unknown client "aiokafka"'],
    [['--case', 'nothing'], 'unknown case "nothing"'],
    [['--target', 'somewhere'], 'unknown target "somewhere"'],
  ])('refuses %j and names what is known', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
