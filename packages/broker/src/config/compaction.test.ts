import { cleanerSettings } from './compaction.ts';
import { loadBrokerConfig } from './broker-config.ts';

function settingsOf(entries: Readonly<Record<string, string>>) {
  return cleanerSettings(loadBrokerConfig(new Map(Object.entries(entries))));
}

describe('cleanerSettings', () => {
  it("has Apache Kafka's defaults", () => {
    expect(settingsOf({ 'millrace.memory.max.bytes': '1000000000' })).toEqual({
      isEnabled: true,
      threads: 1,
      dedupeBufferBytes: 134_217_728,
      dedupeBufferLoadFactor: 0.9,
      ioBufferBytes: 524_288,
      ioBytesPerSecond: Number.MAX_VALUE,
      backoffMs: 15_000,
    });
  });

  it('takes no more than a quarter of the memory for keys', () => {
    const { dedupeBufferBytes } = settingsOf({ 'millrace.memory.max.bytes': '100000000' });
    expect(dedupeBufferBytes).toBe(25_000_000);
  });

  it.each([{ 'log.cleaner.enable': 'false' }, { 'log.cleaner.threads': '0' }])('is off with %j', (entries) => {
    expect(settingsOf(entries).isEnabled).toBe(false);
  });

  it('follows what changes at run time', () => {
    const config = loadBrokerConfig(new Map());
    config.applyDynamic(new Map([['log.cleaner.backoff.ms', '20']]), new Map([['log.cleaner.threads', '3']]));
    expect(cleanerSettings(config)).toMatchObject({ backoffMs: 20, threads: 3 });
  });
});
