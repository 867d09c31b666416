import { addRequestCounts, type RequestCounts } from './request-counts.ts';
import type { ServedApi } from './served-apis.ts';

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
  /** What else has to be known about the run: which results are of a later one, or what was added by hand. */
  readonly note?: string;
  /** What the broker advertises; absent in results of before it was noted. */
  readonly served?: readonly ServedApi[];
  /** By client; `requests` where the broker tells what it was asked. */
  readonly clients: Record<string, { version: string; cases: string[]; requests?: RequestCounts }>;
  readonly results: CaseResult[];
}

/** An earlier run with the results of a later one in place of its own, case by case; date and command stay those of the earlier. */
export function updated(earlier: TargetResults, later: TargetResults): TargetResults {
  const isNew = ({ client, name }: CaseResult): boolean =>
    later.results.some((one) => one.client === client && one.name === name);
  const clients = { ...earlier.clients };
  for (const [name, client] of Object.entries(later.clients)) {
    const requests = addRequestCounts(clients[name]?.requests ?? {}, client.requests ?? {});
    clients[name] = { ...client, ...(Object.keys(requests).length > 0 && { requests }) };
  }
  const rerun = `${later.results.length} results are of a later run on ${later.date}`;
  return {
    ...earlier,
    version: later.version,
    ...(later.served && { served: later.served }),
    note: earlier.note === undefined ? rerun : `${earlier.note}; ${rerun}`,
    clients,
    results: [...earlier.results.filter((one) => !isNew(one)), ...later.results],
  };
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
