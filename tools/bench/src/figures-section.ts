import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceSection } from '@millrace/testing';
import { formatFiles } from './brokers/format-files.ts';
import { DOCUMENT, DOCUMENT_DIR } from './brokers/paths.ts';

/** A section of docs/performance.md, and the file beside it with the figures of every round. */
export interface FiguresSection<Kept> {
  /** Between `<!-- bench:name:start -->` and its end; the file is `name.json`. */
  readonly name: string;
  /** What was not measured now keeps the figures of its last run. */
  readonly merge: (stored: readonly Kept[], measured: readonly Kept[]) => readonly Kept[];
  readonly report: (records: readonly Kept[]) => string;
}

export async function writeFigures<Kept>(
  { name, merge, report }: FiguresSection<Kept>,
  measured: readonly Kept[],
): Promise<void> {
  const file = join(DOCUMENT_DIR, `${name}.json`);
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept[]) : [];
  const merged = merge(stored, measured);
  mkdirSync(DOCUMENT_DIR, { recursive: true });
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  await writeSection(name, report(merged), [file]);
}

/** @param beside what was written with it, and is to be formatted as everything else */
export async function writeSection(name: string, body: string, beside: readonly string[] = []): Promise<void> {
  writeFileSync(DOCUMENT, replaceSection(readFileSync(DOCUMENT, 'utf8'), `bench:${name}`, body));
  await formatFiles([...beside, DOCUMENT]);
}

/** One record for each name, as the names follow each other. */
export function mergeByName<Kept extends { readonly name: string }>(
  order: readonly { readonly name: string }[],
): FiguresSection<Kept>['merge'] {
  return (stored, measured) =>
    order.flatMap(
      ({ name }) => measured.find((each) => each.name === name) ?? stored.find((each) => each.name === name) ?? [],
    );
}
