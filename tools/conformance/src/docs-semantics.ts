/** The section of the page on semantics: each line, and the tests that show it. */
import { basename } from 'node:path';
import type { Evidence, SemanticsLine } from './semantics.ts';

export function semanticsSection(lines: readonly SemanticsLine[]): string[] {
  const areas = [...new Set(lines.map(({ area }) => area))];
  return [
    '## Semantics',
    '',
    'What clients and tools rely on, line by line, and the tests that show it; numbers in square brackets are error codes. A test of `npm test`',
    'fails when a test that is named here does not exist. Cases are those of the tables above, on both brokers; the rest runs on Millrace, after Apache',
    'Kafka was asked where a line was unclear. Lines 57 to 68 are about share groups, streams groups, security, quotas and telemetry, which this release does not have.',
    ...areas.flatMap((area) => [
      '',
      `### ${area}`,
      '',
      ...lines.filter((line) => line.area === area).map((line) => `- **${line.line}.** ${line.text} ${shown(line)}`),
    ]),
  ];
}

function shown({ shownBy, notShown }: SemanticsLine): string {
  if (shownBy.length === 0) return `*Not shown: ${notShown ?? 'no test'}.*`;
  const cases = shownBy.flatMap((one) => ('case' in one ? [`\`${one.case}\``] : []));
  const tests = shownBy.flatMap((one) => ('file' in one ? [one] : []));
  const byFile = Map.groupBy(tests, ({ file }: Extract<Evidence, { file: string }>) => file);
  const parts = [...byFile].map(
    ([file, named]) => `[${basename(file)}](../${file}) (${named.map(({ title }) => `"${title}"`).join(', ')})`,
  );
  return `*Shown by:* ${[...parts, ...(cases.length === 0 ? [] : [`cases ${cases.join(', ')}`])].join('; ')}.`;
}
