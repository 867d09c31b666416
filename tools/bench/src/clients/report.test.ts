import { mergeRecords, reportClients, type LoadRecord } from './report.ts';

const RECORD: LoadRecord = {
  load: 'latency',
  broker: 'fsync',
  date: '2026-01-02',
  machine: 'a machine',
  command: 'the command',
  isQuick: false,
  figures: { sdk: [{ cpuMicros: 30, p99Ms: 2 }], kafkajs: [{ cpuMicros: 60, p99Ms: 4 }] },
};

describe('reportClients', () => {
  it('sets ours against theirs, and shows who has which figures', () => {
    const lines = reportClients([RECORD]).split('\n');
    const cells = (start: string): string[] | undefined =>
      lines
        .find((line) => line.startsWith(`| ${start}`))
        ?.split('|')
        .map((cell) => cell.trim());

    expect(cells('p99 of produce at 1,000')?.slice(2, 5)).toEqual(['≤ 1', '0.50', 'met']);
    expect(cells('client')?.slice(1, -1)).toEqual(['client', 'µs of CPU a record', 'p99 ms']);
    expect(cells('kafkajs')?.slice(1, -1)).toEqual(['kafkajs', '60.00', '4.00']);
    expect(lines).toContain('2026-01-02, a machine; 1 round. Command: `the command`.');
  });
});

describe('mergeRecords', () => {
  const again: LoadRecord = { ...RECORD, date: '2026-01-03', figures: { sdk: [{ p99Ms: 3 }] } };
  const other: LoadRecord = { ...RECORD, broker: 'kafka' };

  it('replaces what was measured again and keeps the rest', () => {
    expect(mergeRecords([RECORD, other], [again], false)).toEqual([again, other]);
  });

  it('adds rounds when asked to', () => {
    const [merged] = mergeRecords([RECORD], [again], true);

    expect(merged?.figures).toEqual({
      sdk: [{ cpuMicros: 30, p99Ms: 2 }, { p99Ms: 3 }],
      kafkajs: RECORD.figures['kafkajs'],
    });
  });
});
