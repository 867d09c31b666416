import { figureTable, reportBrokers, type MeasureRecord } from './report.ts';

const RECORD: MeasureRecord = {
  name: 'produce-100b-1p',
  title: 'Produce',
  method: 'A producer.',
  date: '2026-01-02',
  machine: 'a machine',
  command: 'the command',
  isQuick: false,
  figures: {
    os: [
      { recordsPerSecond: 400_000, cpuSecondsPerMillion: 0.5 },
      { recordsPerSecond: 440_000, cpuSecondsPerMillion: 0.6 },
      { recordsPerSecond: 420_000, cpuSecondsPerMillion: 0.7 },
    ],
    fsync: [{ recordsPerSecond: 240_000, cpuSecondsPerMillion: 0.6 }],
    kafka: [{ recordsPerSecond: 300_000, cpuSecondsPerMillion: 1.2 }],
  },
};

describe('figureTable', () => {
  it('shows medians with their range, and only the columns that somebody has', () => {
    expect(figureTable(RECORD.figures)).toBe(
      [
        '|                  |           records/s |          CPU s/M |',
        '| ---------------- | ------------------: | ---------------: |',
        '| millrace `os`    | 420 k (400 k–440 k) | 0.60 (0.50–0.70) |',
        '| millrace `fsync` |               240 k |             0.60 |',
        '| Apache Kafka     |               300 k |             1.20 |',
      ].join('\n'),
    );
  });
});

describe('reportBrokers', () => {
  const report = reportBrokers([RECORD]);

  it('sets ratios against their bounds', () => {
    const row = report.split('\n').find((line) => line.startsWith('| produce 100 B, 1 partition'));
    const cells = row?.split('|').map((cell) => cell.trim());

    expect(cells?.slice(2, -1)).toEqual(['1.40×', '≥ 1, ≥ 1.3', 'goal met', '0.80×', '≥ 0.9, ≥ 1', '**missed**']);
  });

  it('leaves out goals of measures that were not run', () => {
    expect(report).not.toContain('end-to-end p99');
    expect(report).not.toContain('restart with');
  });

  it('says where each measure comes from', () => {
    expect(report).toContain('2026-01-02, a machine; 3 rounds. Command: `the command`.');
    expect(report).not.toContain('quick');
  });

  it('marks quick figures', () => {
    expect(reportBrokers([{ ...RECORD, isQuick: true }])).toContain('A quick run: rough figures.');
  });

  it('sets figures of ours alone against their limit', () => {
    const scale = { ...RECORD, name: 'scale', figures: { fsync: [{ restartMs: 2_000, stallMs: 25 }] } };

    const lines = reportBrokers([scale]).split('\n');

    expect(lines.find((line) => line.startsWith('| restart with 10,000 partitions '))).toMatch(/ 2000 ms met \|$/);
    expect(lines.find((line) => line.startsWith('| longest event-loop'))).toMatch(/ 25 ms \*\*missed\*\* \|$/);
  });
});
