/** The rules that hold the house together bite: each is tried on a file that breaks it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

let eslint;
before(async () => {
  const { ESLint } = await import('eslint');
  eslint = new ESLint({ cwd: REPOSITORY });
});

/** The rules that speak up when `text` stands in place of an existing file. */
async function rulesAgainst(filePath, text) {
  const [result] = await eslint.lintText(text, { filePath });
  return result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const BROKEN = [
  [
    'a lower layer that uses a higher one',
    'packages/sdk/src/index.ts',
    "import '@millrace/broker';",
    /boundaries.*layer:client.*can only depend/,
  ],
  ['a cycle of packages', 'packages/base/src/index.ts', "import '@millrace/log';", /boundaries.*Circular dependency/],
  [
    'an npm package that the layer may not use',
    'packages/log/src/index.ts',
    "import 'kafkajs';",
    /boundaries.*not allowed to import "kafkajs"/,
  ],
  [
    'a relative path into another package',
    'packages/log/src/index.ts',
    "export * from '../../base/src/index.ts';",
    /boundaries.*cannot be imported by a relative/,
  ],
  [
    'a deep path into another package',
    'packages/log/src/index.ts',
    "import '@millrace/base/src/assert.ts';",
    /no-restricted-imports.*import what the package exports/,
  ],
  [
    'the harness in a source',
    'packages/log/src/index.ts',
    "import '@millrace/testing';",
    /boundaries.*can only depend/,
  ],
  ['I/O in a pure package', 'packages/protocol/src/index.ts', "import 'node:net';", /no-restricted-imports.*pure/],
  [
    'the clock in a pure package',
    'packages/coordinator/src/index.ts',
    'export const now = Date.now();',
    /no-restricted-properties.*Clock/,
  ],
  ['a timer in a pure package', 'packages/log/src/index.ts', 'setTimeout(() => {}, 1);', /no-restricted-globals.*pure/],
  [
    'randomness in a pure package',
    'packages/log/src/index.ts',
    'export const x = Math.random();',
    /no-restricted-properties.*Random/,
  ],
  ['a default export', 'packages/log/src/index.ts', 'export default 1;', /no-restricted-syntax.*by name/],
  ['any', 'packages/log/src/index.ts', 'export const x = (y: any): void => void y;', /no-explicit-any/],
  ['a promise that nobody waits for', 'packages/log/src/index.ts', 'Promise.resolve(1);', /no-floating-promises/],
];

describe('lint', () => {
  for (const [what, path, text, expected] of BROKEN) {
    it(`refuses ${what}`, async () => {
      const messages = await rulesAgainst(path, text);

      assert.ok(
        messages.some((message) => expected.test(message)),
        messages.join('\n') || 'nothing was said',
      );
    });
  }

  it('lets tests use the harness, npm packages and the clock', async () => {
    const text = "import '@millrace/testing';\nimport 'fast-check';\nexport const now = Date.now();\n";
    const messages = await rulesAgainst('packages/base/src/error.test.ts', text);

    assert.deepEqual(messages, []);
  });
});
