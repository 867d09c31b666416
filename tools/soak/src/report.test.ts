import { checkHistory } from '@millrace/testing';
import { renderSummary, type RunSummary } from './report.ts';
import type { RoundOutcome } from './soak-round.ts';

const faults = {
  'kill broker': 2,
  'kill client': 3,
  'freeze client': 1,
  'lose answer': 4,
  cut: 1,
  delay: 0,
  silence: 1,
};

function outcome(seed: number, hasAnomaly: boolean): RoundOutcome {
  const poll = { type: 'poll', topic: 't', partition: 0, consumer: 'c', isolation: 'read_committed' } as const;
  const report = checkHistory(hasAnomaly ? [{ at: 1, by: 'c', ...poll, records: [[0, 'a:0', 'gone']] }] : []);
  return { seed, client: 'java', report, faults, lostAnswers: 3, processed: 1_200, processes: 7, ms: 20_000 };
}

const run: RunSummary = {
  outcomes: [outcome(1, false), outcome(2, false)],
  failedSeeds: [],
  date: '2026-01-02',
  command: 'npm run soak',
  minutes: 1,
  machine: '2 cores',
  broker: { kills: 4, killsInStarts: 1, startsMs: [400, 900, 500] },
};

describe('the section of a soak run', () => {
  it('adds up what clean rounds did', () => {
    const text = renderSummary(run);

    expect(text).toContain('2 seeds: **0 anomalies.** 2 cores.');
    expect(text).toMatch(/\| Java kafka-clients 4\.3\.1 \| +2 \| +2,400 \|/);
    expect(text).toContain(
      'killed 4 times, 1 of them while it started (ready again after 500 ms (median), 900 ms at most), clients 6 times',
    );
  });

  it('names the seeds that failed', () => {
    const text = renderSummary({ ...run, outcomes: [outcome(1, false), outcome(2, true)], failedSeeds: [9] });

    expect(text).toContain('3 seeds: **2 anomalies, 1 rounds that did not end** (seeds 2, 9).');
  });
});
