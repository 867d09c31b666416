import { errorCodes } from './error-codes.ts';
import { repositoryOf } from './repository.ts';

const PAGE = 'docs/reference/errors.md';

function findings(page: string | undefined, source: string) {
  const files = {
    'packages/log/package.json': { name: '@millrace/log' },
    'packages/log/src/log.ts': source,
    'packages/log/src/log.test.ts': "const code = 'MILLRACE_LOG_OF_A_TEST';",
    'packages/broker/package.json': { name: '@millrace/broker' },
    'packages/broker/src/broker.ts': '// MILLRACE_LOG_IN_A_COMMENT',
    ...(page === undefined ? {} : { [PAGE]: page }),
  };
  return errorCodes.run(repositoryOf(files)).map(({ path, message }) => `${path}: ${message}`);
}

const section = (name: string, ...codes: string[]) =>
  [`## ${name}`, ...codes.map((code) => `| \`${code}\` | no | a meaning | a remedy |`), ''].join('\n');

describe('error-codes', () => {
  it('accepts a page that holds the codes of the sources', () => {
    expect(findings(section('@millrace/log', 'MILLRACE_LOG_FULL'), "throw error('MILLRACE_LOG_FULL');")).toEqual([]);
  });

  it('names a code that the page does not explain', () => {
    expect(findings('# Errors\n', "type Code = 'MILLRACE_LOG_FULL';")).toEqual([
      `packages/log/src/log.ts: MILLRACE_LOG_FULL is not explained in ${PAGE}`,
    ]);
  });

  it('names an explanation of a code that is gone', () => {
    expect(findings(section('@millrace/log', 'MILLRACE_LOG_GONE'), 'export {};')).toEqual([
      `${PAGE}: explains MILLRACE_LOG_GONE, which no source names`,
    ]);
  });

  it('names a code that stands under another package', () => {
    expect(findings(section('@millrace/broker', 'MILLRACE_LOG_FULL'), "throw error('MILLRACE_LOG_FULL');")).toEqual([
      `${PAGE}: lists MILLRACE_LOG_FULL under @millrace/broker; it is in @millrace/log`,
    ]);
  });

  it('leaves environment variables alone that the page names, and only while they exist', () => {
    const page = '## Names that are no errors\n\n`MILLRACE_PORT`, `MILLRACE_LOG_LEVEL`, `MILLRACE_OLD`.\n';
    expect(findings(page, "const names = ['MILLRACE_PORT', 'MILLRACE_LOG_LEVEL'];")).toEqual([
      `${PAGE}: names MILLRACE_OLD, which no source names`,
    ]);
  });

  it('wants the page', () => {
    expect(findings(undefined, 'export {};')).toEqual([`${PAGE}: is missing: it explains every error code`]);
  });
});
