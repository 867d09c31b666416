/** Writes docs/reference/connect-plugins.md: `main.ts [--check]`. With `--check` nothing is written, and the exit code tells whether it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { pluginsPage } from './plugins-page.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/connect-plugins.md');

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, pluginsPage());
} else if (readFileSync(PAGE, 'utf8') !== pluginsPage()) {
  process.stdout.write(
    'docs/reference/connect-plugins.md is stale: run `nx run @millrace/connect:docs` and commit the result\n',
  );
  process.exitCode = 1;
}
