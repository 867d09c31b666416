import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTempDir } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const PAGE = fileURLToPath(new URL('../../../docs/reference/metrics.md', import.meta.url));

describe('docs/reference/metrics.md', () => {
  it('lists what the ops port shows, with its type', async () => {
    await using dir = await createTempDir('metrics-page');
    await using broker = brokerOver(dir.path);
    await broker.start();

    const shown = [...(await broker.metricsPage()).matchAll(/^# TYPE (millrace_\w+) (\w+)$/gm)];
    const listed = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(millrace_\w+)` \| (\w+) \|/gm)];

    const byName = (rows: RegExpMatchArray[]) => rows.map(([, name, type]) => `${name} ${type}`).sort();
    expect(byName(listed)).toEqual(byName(shown));
  });
});
