/**
 * The page of APIs and versions: ranges from the registry that ApiVersions answers from, notes from the header comment of each
 * handler file, so neither can say anything else than the code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APIS, apiName } from '@millrace/protocol';
import { SERVED_APIS } from '../src/handlers/registry.ts';
import { handlerNotes } from './handler-notes.ts';
import { GENERATED, row, tableOf } from './markdown.ts';

export function apiVersionsPage(handlerFolder: string, handlerFiles: readonly string[]): string {
  const served = SERVED_APIS.map(({ apiKey, minVersion, maxVersion }) => {
    const prefix = `${String(apiKey).padStart(2, '0')}-`;
    const file = handlerFiles.find((name) => name.startsWith(prefix) && !name.endsWith('.test.ts'));
    if (file === undefined) throw new Error(`no handler file for ${apiName(apiKey)}: name it NN-name.ts after its key`);
    const notes = handlerNotes(readFileSync(join(handlerFolder, file), 'utf8'), file);
    return { apiKey, name: apiName(apiKey), minVersion, maxVersion, file, notes };
  });
  const known = new Map(APIS.map((api) => [api.key, api]));
  const keys = new Set(served.map(({ apiKey }) => apiKey));
  const missing = APIS.filter(({ key }) => !keys.has(key)).map(({ key, name }) => `${name} (${key})`);
  return [
    '# APIs and versions',
    '',
    GENERATED,
    '',
    'These are the versions that ApiVersions advertises. A request of another API, or of a version outside its range, ends the connection',
    'without an answer, as in Apache Kafka; ApiVersions itself answers an unknown version in version 0, so that clients can try again.',
    '"Protocol" is the range of Apache Kafka 4.4; a newest version that Kafka still marks unstable is not advertised.',
    '',
    ...tableOf(
      ['key', 'API', 'versions', 'protocol', 'what it does'],
      served.map(({ apiKey, name, minVersion, maxVersion, notes }) => {
        const api = known.get(apiKey);
        const unstable = api?.latestVersionUnstable === true ? ' (newest unstable)' : '';
        return row(
          apiKey,
          `[${name}](#${name.toLowerCase()})`,
          range(minVersion, maxVersion),
          `${range(api?.minVersion ?? 0, api?.maxVersion ?? 0)}${unstable}`,
          notes.summary,
        );
      }),
    ),
    '',
    '## Not served',
    '',
    'The protocol package encodes and decodes these; this broker has no handler for them:',
    '',
    `${missing.join(', ')}.`,
    '',
    'DescribeQuorum is left out on purpose: topics and settings are in a small database of the broker, there is no metadata log and no quorum of',
    'controllers, so every number of an answer (leader epoch, high watermark, lag of voters) would be made up.',
    '',
    '## Notes by API',
    ...served.flatMap(({ name, file, notes }) => [
      '',
      `### ${name}`,
      '',
      `${notes.title}`,
      ...notes.paragraphs.flatMap((paragraph) => ['', paragraph]),
      '',
      `Source: [${file}](../../packages/broker/src/handlers/${file}).`,
    ]),
    '',
  ].join('\n');
}

function range(min: number, max: number): string {
  return min === max ? String(min) : `${min}–${max}`;
}
