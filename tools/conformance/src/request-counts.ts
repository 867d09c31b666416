/** Requests that a broker answered, by API and version, as its metrics count them. */
export type RequestCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

const SERIES = /^millrace_request_versions_total\{api="([^"]+)",version="(\d+)"\} (\d+)$/gm;

/** Reads a page of metrics in the Prometheus text format. */
export function readRequestCounts(page: string): RequestCounts {
  const counts: Record<string, Record<string, number>> = {};
  for (const [, api = '', version = '', count] of page.matchAll(SERIES)) {
    if (Number(count) > 0) (counts[api] ??= {})[version] = Number(count);
  }
  return counts;
}

export function addRequestCounts(left: RequestCounts, right: RequestCounts): RequestCounts {
  return combine(left, right, (one, other) => one + other);
}

/** What came between two looks at counters of one process. */
export function requestsSince(before: RequestCounts, now: RequestCounts): RequestCounts {
  return combine(now, before, (one, other) => one - other);
}

function combine(
  left: RequestCounts,
  right: RequestCounts,
  of: (left: number, right: number) => number,
): RequestCounts {
  const counts: Record<string, Record<string, number>> = {};
  for (const api of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const versions = new Set([...Object.keys(left[api] ?? {}), ...Object.keys(right[api] ?? {})]);
    for (const version of versions) {
      const count = of(left[api]?.[version] ?? 0, right[api]?.[version] ?? 0);
      if (count > 0) (counts[api] ??= {})[version] = count;
    }
  }
  return counts;
}
