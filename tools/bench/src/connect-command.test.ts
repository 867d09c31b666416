import { parseConnectArgs } from './connect-command.ts';

describe('parseConnectArgs', () => {
  it('does every measure of both contenders three times by default', () => {
    expect(parseConnectArgs([])).toMatchObject({
      rounds: 3,
      contenders: ['millrace', 'kafka'],
      durability: 'os',
      isQuick: false,
      isWriting: false,
    });
  });

  it('does only the measures that are named, and ours alone', () => {
    expect(parseConnectArgs(['--quick', '--alone', '--only', 'cdc,latency'])).toMatchObject({
      rounds: 1,
      contenders: ['millrace'],
      measures: [{ name: 'cdc' }, { name: 'latency' }],
      command: 'npm run bench -- connect --quick --alone --only cdc,latency',
    });
  });

  it.each([
    [['--only', 'reading'], /no measure "reading"; there are: ready,/],
    [['--durability', 'none'], /--durability takes os or fsync/],
    [['--rounds', 'two'], /--rounds takes a whole number/],
  ])('refuses %j', (args, message) => {
    expect(parseConnectArgs(args)).toMatch(message);
  });
});
