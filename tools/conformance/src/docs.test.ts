import { CLIENT_NAMES } from './options.ts';
import { renderDocs } from './docs.ts';
import type { CaseResult, TargetResults } from './results.ts';

function results(target: string, found: CaseResult[]): TargetResults {
  return {
    target,
    version: '1.0',
    date: '2026-01-01',
    command: 'npm run conformance',
    clients: { kcat: { version: '1.7.1', cases: ['headers', 'interop', 'restart-kill'] } },
    results: found,
  };
}

function kcat(name: string, status: CaseResult['status']): CaseResult {
  return { client: 'kcat', name, status, ms: 1, detail: '' };
}

/** The cell of kcat in the row of a case. */
function cellOf(page: string, name: string): string | undefined {
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`));
  // Behind the empty text before the row and the name of the case.
  return row?.split('|')[2 + CLIENT_NAMES.indexOf('kcat')]?.trim();
}

describe('renderDocs', () => {
  const ours = results('millrace', [
    kcat('headers', 'passed'),
    kcat('interop', 'failed'),
    kcat('restart-kill', 'skipped'),
  ]);
  const theirs = results('reference', [kcat('headers', 'passed'), kcat('interop', 'passed')]);
  const page = renderDocs(ours, theirs, []);

  it('says one word where both brokers agree and two where they do not', () => {
    expect(cellOf(page, 'headers')).toBe('yes');
    expect(cellOf(page, 'interop')).toBe('**no** / yes');
    expect(cellOf(page, 'restart-kill')).toBe('skipped / ?');
  });

  it('tells what a client does not offer from what was not run', () => {
    expect(cellOf(page, 'admin-groups')).toBe('–');
    expect(cellOf(renderDocs(undefined, undefined, []), 'admin-groups')).toBe('?');
  });

  it('names the counts, the date and the command of each run', () => {
    expect(page).toContain('- Millrace 1.0: 1 passed, 1 failed, 1 skipped on 2026-01-01 by `npm run conformance`');
  });

  it('puts a note behind the command, not into it', () => {
    const noted = renderDocs({ ...ours, note: 'headers again alone' }, theirs, []);
    expect(noted).toContain('on 2026-01-01 by `npm run conformance`; headers again alone\n');
  });

  it('lists known differences with their reason', () => {
    const difference = {
      what: 'Log start.',
      millrace: 'A.',
      reference: 'B.',
      reason: 'C.',
      seenBy: ['java admin-offsets'],
    };
    expect(renderDocs(ours, theirs, [difference])).toContain(
      '- **Log start.** Millrace: A. Apache Kafka: B. Why: C. Seen by: java admin-offsets.',
    );
  });
});
