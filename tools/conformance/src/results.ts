import type { RequestCounts } from './request-counts.ts';

/** What one run found out, in the form that is written to disk and that the docs are made from. */
export interface CaseResult {
  readonly client: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  /** Why it failed or was skipped; for a passed case a remark of the client, often empty. */
  readonly detail: string;
}

export interface TargetResults {
  /** `millrace`, `reference`, or an address. */
  readonly target: string;
  readonly version: string;
  readonly date: string;
  readonly command: string;
  /** What else has to be known about the run; added by hand to the file of results. */
  readonly note?: string;
  /** By client; `requests` where the broker tells what it was asked. */
  readonly clients: Record<string, { version: string; cases: string[]; requests?: RequestCounts }>;
  readonly results: CaseResult[];
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function count(results: readonly CaseResult[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const one of results) counts[one.status] += 1;
  return counts;
}
