import { renderDocs } from './docs.ts';
import type { CaseResult, TargetResults } from './results.ts';

function results(target: string, found: CaseResult[]): TargetResults {
  return {
    target,
    version: '1.0',
    date: '2026-01-01',
    command: 'npm run conformance',
    served: [
      { apiKey: 1, minVersion: 4, maxVersion: 7 },
      ...(target === 'reference' ? [{ apiKey: 55, minVersion: 0, maxVersion: 2 }] : []),
    ],
    clients: {
      kcat: {
        version: '1.7.1',
        cases: ['headers', 'interop', 'restart-kill'],
        requests: { Fetch: { '5': 2, '6': 1 } },
      },
    },
    results: found,
  };
}

function kcat(name: string, status: CaseResult['status']): CaseResult {
  return { client: 'kcat', name, status, ms: 1, detail: '' };
}

/** The cell of kcat in the row of a case. */
function cellOf(page: string, name: string): string | undefined {
  const lines = page.split('\n');
  const row = lines.findIndex((line) => line.startsWith(`| ${name} |`));
  const head = lines.slice(0, row).findLast((line) => line.startsWith('| case |'));
  const column = head?.split('|').findIndex((text) => text.trim() === 'kcat') ?? -1;
  return lines[row]?.split('|')[column]?.trim();
}

describe('renderDocs', () => {
  const ours = results('millrace', [
    kcat('headers', 'passed'),
    kcat('interop', 'failed'),
    kcat('restart-kill', 'skipped'),
  ]);
  const theirs = results('reference', [kcat('headers', 'passed'), kcat('interop', 'passed')]);
  const page = renderDocs(ours, theirs, [], []);

  it('says one word where both brokers agree and two where they do not', () => {
    expect(cellOf(page, 'headers')).toBe('yes');
    expect(cellOf(page, 'interop')).toBe('**no** / yes');
    expect(cellOf(page, 'restart-kill')).toBe('skipped / ?');
  });

  it('tells what a client does not offer from what was not run', () => {
    expect(cellOf(page, 'produce-acks-0')).toBe('–');
    expect(cellOf(renderDocs(undefined, undefined, [], []), 'produce-acks-0')).toBe('?');
  });

  it('names the counts, the date and the command of each run', () => {
    expect(page).toContain('- Millrace 1.0: 1 passed, 1 failed, 1 skipped on 2026-01-01 by `npm run conformance`');
  });

  it('puts a note behind the command, not into it', () => {
    const noted = renderDocs({ ...ours, note: 'headers again alone' }, theirs, [], []);
    expect(noted).toContain('on 2026-01-01 by `npm run conformance`; headers again alone\n');
  });

  it('says who asked for which version of an API, and what the reference serves besides', () => {
    expect(page).toContain('| 1 | Fetch | 4–7 | 4–7 | 5–6: kcat; 4, 7: none |');
    expect(page).toContain('not by Millrace: DescribeQuorum (55).');
    expect(page).not.toContain('were not counted');
    const uncounted = { ...ours, clients: { kcat: { version: '1.7.1', cases: [] } } };
    expect(renderDocs(uncounted, theirs, [], [])).toContain('Requests of kcat were not counted in this run.');
  });

  it('names the tests that show a line, or why none does', () => {
    const shown = {
      line: 1,
      area: 'A',
      text: 'One.',
      shownBy: [{ file: 'a/b.test.ts', title: 't' }, { case: 'headers' }],
    };
    const missing = { line: 2, area: 'A', text: 'Two.', shownBy: [], notShown: 'later' };
    const text = renderDocs(ours, theirs, [], [shown, missing]);
    expect(text).toContain('- **1.** One. *Shown by:* [b.test.ts](../a/b.test.ts) ("t"); cases `headers`.');
    expect(text).toContain('- **2.** Two. *Not shown: later.*');
  });

  it('lists known differences with their reason', () => {
    const difference = {
      what: 'Log start.',
      millrace: 'A.',
      reference: 'B.',
      reason: 'C.',
      seenBy: ['java admin-offsets'],
    };
    expect(renderDocs(ours, theirs, [difference], [])).toContain(
      '- **Log start.** Millrace: A. Apache Kafka: B. Why: C. Seen by: java admin-offsets.',
    );
  });
});
