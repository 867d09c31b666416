import { reportProfiles, reportProfileSection } from './profile-report.ts';
import { PROFILED_LOADS, type LoadProfile } from './profile-run.ts';

const CONTEXT = { date: '2026-01-02', machine: 'a machine', command: 'the command' };

function profiles(): LoadProfile[] {
  const [load] = PROFILED_LOADS;
  if (load === undefined) throw new Error('no load to report');
  const summary = {
    total: 8,
    idle: 2,
    areas: [
      { label: 'broker', amount: 6 },
      { label: 'garbage collector', amount: 2 },
    ],
    functions: [{ label: 'read packages/broker/dist/a.js:1', amount: 6 }],
  };
  const threads = [
    { label: 'node (main thread)', amount: 9 },
    { label: 'libuv-worker', amount: 1 },
  ];
  const heap = { ...summary, total: 12_000_000, functions: [{ label: 'make', amount: 3_000_000 }] };
  return [
    {
      load,
      records: 5_000_000,
      recordsPerSecond: 400_000,
      threads,
      cpu: summary,
      heap,
      cpuProfile: '',
      heapProfile: '',
    },
  ];
}

describe('reportProfiles', () => {
  const report = reportProfiles(profiles(), CONTEXT);

  it('gives shares of the busy time and CPU of all threads', () => {
    expect(report).toContain(
      '400 k records/s, 2.00 CPU seconds per million records; the main thread was busy for 80.0 % of the time.',
    );
    expect(report).toContain('Most of that went to broker (75.0 %), garbage collector (25.0 %).');
    expect(report).toMatch(/\| `read packages\/broker\/dist\/a.js:1` +\| +6.00 \| 75.0 % \|/);
  });

  it('gives allocation in MB', () => {
    expect(report).toMatch(/allocation by function \(12 MB in all\)/);
    expect(report).toMatch(/\| `make` +\| +3.0 \| 25.0 % \|/);
  });
});

describe('reportProfileSection', () => {
  it('has a row for each load and leads to the page', () => {
    const section = reportProfileSection(profiles(), CONTEXT);

    expect(section).toContain('(performance/profile.md)');
    expect(section).toMatch(/\| +80.0 % \| +2.00 \| broker \(75.0 %\), garbage collector \(25.0 %\) \|/);
  });
});
