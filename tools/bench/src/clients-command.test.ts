import { parseClientsArgs } from './clients-command.ts';

describe('parseClientsArgs', () => {
  it('does every load five times on both brokers by default', () => {
    expect(parseClientsArgs([])).toMatchObject({
      rounds: 5,
      brokers: ['fsync', 'kafka'],
      isQuick: false,
      isAdding: false,
    });
  });

  it('does only the loads and clients that are named', () => {
    const options = parseClientsArgs(['--quick', '--only', 'latency', '--clients', 'sdk', '--broker', 'os']);

    expect(options).toMatchObject({
      rounds: 1,
      brokers: ['os'],
      loads: [{ name: 'latency', runners: [{ name: 'sdk' }] }],
    });
  });

  it.each([
    [['--only', 'reading'], /no "reading"; loads: produce-100b,/],
    [['--broker', 'other'], /no "other".*brokers: os, fsync, kafka/],
    [['--rounds', 'two'], /--rounds takes a whole number/],
  ])('refuses %j', (args, message) => {
    expect(parseClientsArgs(args)).toMatch(message);
  });
});
