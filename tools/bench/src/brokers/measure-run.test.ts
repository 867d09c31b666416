import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaTools } from './kafka-tools.ts';
import { runMeasure, type Measure, type RunOptions } from './measure-run.ts';

describe('runMeasure', () => {
  const java = { java: 'java', javaVersion: '17', classpath: '/nowhere/*', jars: [] };
  let workDir: string;
  let turns: string[];
  let failures: string[];

  beforeEach(() => {
    workDir = mkdtempSync(join(tmpdir(), 'bench-'));
    turns = [];
    failures = [];
  });

  afterEach(() => rmSync(workDir, { recursive: true, force: true }));

  const options = (rounds: number): RunOptions => ({
    rounds,
    isQuick: true,
    java,
    tools: new KafkaTools(java),
    workDir,
    onTurn: (contender, round) => turns.push(`${contender} ${round}`),
    onFailure: (contender, round, error) => failures.push(`${contender} ${round} ${String(error)}`),
  });
  const measure = (more: Partial<Measure>): Measure => ({
    name: 'x',
    title: 'x',
    method: 'x',
    run: async ({ round }) => ({ p99Ms: round }),
    ...more,
  });

  it('lets contenders take turns in every round', async () => {
    const figures = await runMeasure(measure({}), options(2));

    expect(turns).toEqual(['os 0', 'fsync 0', 'kafka 0', 'os 1', 'fsync 1', 'kafka 1']);
    expect(figures.kafka).toEqual([{ p99Ms: 0 }, { p99Ms: 1 }]);
  });

  it('keeps to the contenders and rounds of the measure', async () => {
    await runMeasure(measure({ contenders: ['fsync'], roundsMax: 1 }), options(5));

    expect(turns).toEqual(['fsync 0']);
  });

  it('goes on after a turn that failed, and says so', async () => {
    const figures = await runMeasure(
      measure({
        run: async ({ contender, round }) => {
          if (contender === 'os' && round === 0) throw new Error('no');
          return { p99Ms: round };
        },
      }),
      options(2),
    );

    expect(failures).toEqual(['os 0 Error: no']);
    expect(figures.os).toEqual([{ p99Ms: 1 }]);
  });
});
