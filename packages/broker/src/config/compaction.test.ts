import { silentLogger, type Logger } from '@millrace/base';
import type { TopicMetadata } from '@millrace/metadata';
import { compactedTopicsNotice, warnOfCompaction } from './compaction.ts';

function warningsOf(before: string | undefined, after: string | undefined): string[] {
  const warnings: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  warnOfCompaction(logger, 'orders', before, after);
  return warnings;
}

describe('warnOfCompaction', () => {
  it.each(['compact', ' compact ', 'compact,compact'])('names the topic that gets %j and the remedies', (policy) => {
    expect(warningsOf('delete', policy)).toEqual([
      expect.stringMatching(/keeps every record; .*cleanup\.policy to compact,delete with retention\.ms.*"orders"/),
    ]);
  });

  it.each(['compact,delete', 'delete, compact'])('says of %j what bounds the topic', (policy) => {
    expect(warningsOf(undefined, policy)).toEqual([
      expect.stringMatching(/every record that retention does not take; retention\.ms and retention\.bytes.*"orders"/),
    ]);
  });

  it.each([
    ['compact', 'compact'],
    ['compact', 'compact,delete'],
    ['delete', 'delete'],
    ['compact', 'delete'],
    ['compact', undefined],
    [undefined, ''],
  ])('is silent when %j becomes %j', (before, after) => {
    expect(warningsOf(before, after)).toEqual([]);
  });
});

describe('compactedTopicsNotice', () => {
  const topic = (name: string, policy: string, isInternal = false): TopicMetadata =>
    ({ name, isInternal, configs: new Map([['cleanup.policy', policy]]) }) as unknown as TopicMetadata;

  it("names topics with compaction, but not the broker's own", () => {
    const topics = [
      topic('a', 'compact'),
      topic('b', 'delete'),
      topic('c', 'delete,compact'),
      topic('d', 'compact', true),
    ];

    expect(compactedTopicsNotice(topics)).toMatch(/does not take: a, c; to bound them set cleanup\.policy/);
    expect(compactedTopicsNotice([topic('b', 'delete')])).toBeUndefined();
  });

  it('counts those beyond the first ten', () => {
    const topics = Array.from({ length: 13 }, (_, index) => topic(`t${index}`, 'compact'));

    expect(compactedTopicsNotice(topics)).toMatch(/t8, t9 and 3 more;/);
  });
});
