import { addRequestCounts, readRequestCounts, requestsSince } from './request-counts.ts';

const PAGE = `# HELP millrace_request_versions_total Requests
# TYPE millrace_request_versions_total counter
millrace_request_versions_total{api="ApiVersions",version="0"} 0
millrace_request_versions_total{api="ApiVersions",version="4"} 3
millrace_request_versions_total{api="Fetch",version="18"} 120
millrace_request_seconds_count{api="Fetch"} 120
`;

describe('request counts', () => {
  const counts = readRequestCounts(PAGE);

  it('are read from a page of metrics, without what nobody asked for', () => {
    expect(counts).toEqual({ ApiVersions: { '4': 3 }, Fetch: { '18': 120 } });
  });

  it('add up over processes, and tell what came between two looks', () => {
    const more = { Fetch: { '18': 5, '4': 1 } };
    expect(addRequestCounts(counts, more)).toEqual({ ApiVersions: { '4': 3 }, Fetch: { '4': 1, '18': 125 } });
    expect(requestsSince(counts, addRequestCounts(counts, more))).toEqual(more);
  });
});
