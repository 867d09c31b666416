import { levelledLogger } from './log-levels.ts';
import type { LogFields, Logger } from './logger.ts';

/** Lines as "part level message". */
function recorder(lines: string[], part = '-'): Logger {
  const write = (level: string) => (message: string) => void lines.push(`${part} ${level} ${message}`);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields: LogFields) => recorder(lines, typeof fields['part'] === 'string' ? fields['part'] : part),
  };
}

function setUp() {
  const lines: string[] = [];
  const root = levelledLogger(recorder(lines), 'info');
  const groups = root.child({ part: 'groups' });
  const storage = root.child({ part: 'storage' });
  if (root.levels === undefined) throw new Error('a levelled logger has levels');
  const sayAll = (logger: Logger): string[] => {
    lines.length = 0;
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('x');
    return lines.map((line) => line.split(' ')[1] ?? '');
  };
  return { root, groups, storage, levels: root.levels, sayAll, lines };
}

describe('levelledLogger', () => {
  it('lets through what is at its level or above, with the fields of the child', () => {
    const { groups, sayAll, lines } = setUp();
    expect(sayAll(groups)).toEqual(['info', 'warn', 'error']);
    expect(lines[0]).toBe('groups info x');
  });

  it('names root and every part that has a logger', () => {
    expect(setUp().levels.names()).toEqual(['root', 'groups', 'storage']);
  });

  it('changes one part alone, for the loggers that exist and their children', () => {
    const { groups, storage, levels, sayAll } = setUp();
    levels.set('groups', 'debug');
    expect(sayAll(groups.child({ group: 'g' }))).toEqual(['debug', 'info', 'warn', 'error']);
    expect(sayAll(storage)).toEqual(['info', 'warn', 'error']);
    expect([levels.levelOf('groups'), levels.levelOf('storage'), levels.levelOf('none')]).toEqual([
      'debug',
      'info',
      undefined,
    ]);
  });

  it('has the parts without a level of their own follow root', () => {
    const { root, groups, storage, levels, sayAll } = setUp();
    levels.set('groups', 'error');
    levels.set('root', 'warn');
    expect([sayAll(root), sayAll(groups), sayAll(storage)]).toEqual([['warn', 'error'], ['error'], ['warn', 'error']]);
    levels.set('groups', undefined);
    expect(sayAll(groups)).toEqual(['warn', 'error']);
    levels.set('root', 'silent');
    expect(sayAll(groups)).toEqual([]);
  });

  it('gives root no way to be without a level', () => {
    expect(() => setUp().levels.set('root', undefined)).toThrow('always has a level');
  });
});
