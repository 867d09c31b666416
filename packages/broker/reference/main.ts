/**
 * Writes the generated pages of docs/reference: `main.ts [--check]`. With `--check` nothing is written, and the exit code is 1 when a
 * page is not what the sources say.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { apiVersionsPage } from './api-versions-page.ts';
import { configsPage } from './configs-page.ts';
import { metricsPage } from './metrics-page.ts';

const HANDLERS = resolve(import.meta.dirname, '../src/handlers');
const PAGES = resolve(import.meta.dirname, '../../../docs/reference');

process.exitCode = await main(process.argv.includes('--check'));

async function main(isCheck: boolean): Promise<number> {
  const pages: readonly (readonly [name: string, text: string])[] = [
    ['api-versions.md', apiVersionsPage(HANDLERS, readdirSync(HANDLERS))],
    ['configs.md', configsPage()],
    ['metrics.md', await metricsPage()],
  ];
  let stale = 0;
  for (const [name, text] of pages) {
    const path = join(PAGES, name);
    if (!isCheck) {
      mkdirSync(PAGES, { recursive: true });
      writeFileSync(path, text);
    } else if (readPage(path) !== text) {
      stale++;
      process.stdout.write(
        `docs/reference/${name} is stale: run \`nx run @millrace/broker:docs\` and commit the result\n`,
      );
    }
  }
  return stale === 0 ? 0 : 1;
}

function readPage(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
