import { readFileSync } from 'node:fs';
import { BROKER_VERSION } from './version.ts';

describe('BROKER_VERSION', () => {
  it("is the package's", () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    expect(BROKER_VERSION).toBe((JSON.parse(text) as { version: string }).version);
  });
});
