import { readFileSync } from 'node:fs';
import { VERSION } from './version.ts';

it('has the version of the package', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
});
