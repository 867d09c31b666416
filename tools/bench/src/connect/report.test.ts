import { reportConnect, type ConnectRecord } from './report.ts';

const RECORD: ConnectRecord = {
  name: 'cdc',
  title: 'Capture',
  method: 'how',
  date: '2026-01-02',
  machine: 'a machine',
  command: 'the command',
  isQuick: false,
  figures: {
    millrace: [
      { recordsPerSecond: 90_000, recordsPerCpuSecond: 60_000 },
      { recordsPerSecond: 60_000, recordsPerCpuSecond: 61_000 },
      { recordsPerSecond: 80_000, recordsPerCpuSecond: 62_000 },
    ],
    kafka: [{ recordsPerSecond: 30_000, recordsPerCpuSecond: 30_500 }],
  },
};

function cellsOf(report: string, start: string): string[] | undefined {
  const line = report.split('\n').find((each) => each.startsWith(`| ${start}`));
  return line?.split('|').map((cell) => cell.trim());
}

describe('reportConnect', () => {
  it('judges medians by their goals, as they are and beside the peer', () => {
    const report = reportConnect([RECORD]);

    expect(cellsOf(report, 'CDC exactly once')?.slice(2, 6)).toEqual(['≥ 70,000', '80,000', 'met', '30,000']);
    expect(cellsOf(report, 'CDC, rows per CPU')?.slice(2, 6)).toEqual(['≥ 3×', '2.0×', '**missed**', '']);
  });

  it('shows the median with the lowest and the highest round', () => {
    const report = reportConnect([RECORD]);

    expect(cellsOf(report, 'millrace')?.slice(2, 4)).toEqual(['80.0 (60.0–90.0)', '61.0 (60.0–62.0)']);
    expect(cellsOf(report, 'Kafka Connect')?.slice(2, 4)).toEqual(['30.0', '30.5']);
    expect(report).toContain('2026-01-02, a machine; 3 rounds. Command: `the command`.');
  });

  it('leaves out the goals of what was not measured', () => {
    const alone = { ...RECORD, figures: { millrace: RECORD.figures.millrace ?? [] } };

    expect(cellsOf(reportConnect([alone]), 'CDC, rows per CPU')).toBeUndefined();
  });
});
