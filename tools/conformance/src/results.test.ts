import { updated, type CaseResult, type TargetResults } from './results.ts';

const run = (date: string, results: CaseResult[], requests: Record<string, number>): TargetResults => ({
  target: 'millrace',
  version: date,
  date,
  command: `run of ${date}`,
  clients: { kcat: { version: '1', cases: ['a', 'b'], requests: { Fetch: requests } } },
  results,
});
const result = (name: string, status: CaseResult['status']): CaseResult => {
  return { client: 'kcat', name, status, ms: 1, detail: '' };
};

describe('updated', () => {
  it('puts later results in the place of earlier ones and keeps the rest, saying so', () => {
    const earlier = run('monday', [result('a', 'failed'), result('b', 'passed')], { '4': 1 });
    const later = run('tuesday', [result('a', 'passed')], { '4': 2, '18': 3 });
    expect(updated(earlier, later)).toEqual({
      ...earlier,
      version: 'tuesday',
      note: '1 results are of a later run on tuesday',
      clients: { kcat: { version: '1', cases: ['a', 'b'], requests: { Fetch: { '4': 3, '18': 3 } } } },
      results: [result('b', 'passed'), result('a', 'passed')],
    });
  });
});
