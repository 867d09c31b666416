/** The section of the page on APIs: what both brokers serve, and which client asked Millrace for which version. */
import { apiName } from '@millrace/protocol';
import { CLIENT_NAMES } from './options.ts';
import type { TargetResults } from './results.ts';
import type { ServedApi } from './served-apis.ts';
import { tableRow } from './tables.ts';

export function apiSection(ours: TargetResults | undefined, theirs: TargetResults | undefined): string[] {
  const served = ours?.served ?? [];
  const known = new Map((theirs?.served ?? []).map((api) => [api.apiKey, api]));
  const keys = new Set(served.map(({ apiKey }) => apiKey));
  const left = [...known.keys()]
    .filter((apiKey) => !keys.has(apiKey))
    .map((apiKey) => `${apiName(apiKey)} (${apiKey})`);
  return [
    '## APIs and versions',
    '',
    'Versions as both brokers advertise them, and which client asked Millrace for which of them in this run, as its metrics',
    "count it (`millrace_request_versions_total`). Every version of every API is also asked with bodies that Kafka's own client library wrote, in",
    '[every-version.itest.ts](../packages/broker/test/every-version.itest.ts); what each API does is in [api-versions.md](reference/api-versions.md).',
    '',
    tableRow(['key', 'API', 'Millrace', 'Apache Kafka', 'asked by clients']),
    tableRow(['---', '---', '---', '---', '---']),
    ...served.map((api) => {
      const reference = known.get(api.apiKey);
      return tableRow([
        String(api.apiKey),
        apiName(api.apiKey),
        range(api.minVersion, api.maxVersion),
        theirs?.served === undefined
          ? '?'
          : reference === undefined
            ? '–'
            : range(reference.minVersion, reference.maxVersion),
        askedVersions(api, ours),
      ]);
    }),
    '',
    ...uncounted(ours),
    `Served by Apache Kafka and not by Millrace: ${left.length === 0 ? 'none' : left.join(', ')}.`,
  ];
}

/** Clients whose run came before requests were counted: "none" above says nothing of them. */
function uncounted(ours: TargetResults | undefined): string[] {
  const names = CLIENT_NAMES.filter((name) => {
    const client = ours?.clients[name];
    return client !== undefined && client.requests === undefined;
  });
  return names.length === 0 ? [] : [`Requests of ${names.join(', ')} were not counted in this run.`, ''];
}

/** `13: java, sdk; 7: kafkajs`, neighbours with the same clients together, and what nobody asked for at the end. */
function askedVersions({ apiKey, minVersion, maxVersion }: ServedApi, ours: TargetResults | undefined): string {
  const groups: { from: number; to: number; readonly clients: string }[] = [];
  for (let version = minVersion; version <= maxVersion; version++) {
    const clients = CLIENT_NAMES.filter((client) => {
      return (ours?.clients[client]?.requests?.[apiName(apiKey)]?.[version] ?? 0) > 0;
    }).join(', ');
    const last = groups.at(-1);
    if (last?.clients === clients) last.to = version;
    else groups.push({ from: version, to: version, clients });
  }
  const asked = groups.filter(({ clients }) => clients !== '');
  const rest = groups.filter(({ clients }) => clients === '').map(({ from, to }) => range(from, to));
  return [
    ...asked.map(({ from, to, clients }) => `${range(from, to)}: ${clients}`),
    ...(rest.length === 0 ? [] : [`${rest.join(', ')}: none`]),
  ].join('; ');
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from}–${to}`;
}
