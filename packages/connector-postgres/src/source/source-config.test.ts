import { sourceConfig } from './source-config.ts';

const GIVEN = {
  'database.hostname': 'localhost',
  'database.user': 'app',
  'database.password': 'secret',
  'database.dbname': 'shop',
  'topic.prefix': 'app',
};

describe('the settings of the source', () => {
  it.each([
    ['column.mask.with.10.chars', 'public.customers.phone', 'column.mask.*'],
    ['column.mask.hash.v2.SHA-256.with.salt.pepper', 'public.customers.email', 'column.mask.*'],
    ['column.truncate.to.4.chars', 'public.customers.name', 'column.truncate.*'],
    ['provide.transaction.metadata', 'true', 'provide.transaction.metadata'],
    ['skip.messages.without.change', 'true', 'skip.messages.without.change'],
    ['database.initial.statements', 'SET ROLE reader', 'database.initial.statements'],
  ])('refuse %s, which would promise what is not done', (key, value, name) => {
    const { issues } = sourceConfig.read({ ...GIVEN, [key]: value });

    expect(issues).toEqual([
      expect.objectContaining({ message: expect.stringMatching(`^${name.replace('*', '\\*')} is refused: `) }),
    ]);
    // A salt is part of the name.
    expect(JSON.stringify(issues)).not.toContain('pepper');
  });

  it('refuse a snapshot of some tables at every start, between which changes of the others would be lost', () => {
    const asked = { 'snapshot.mode': 'always', 'snapshot.include.collection.list': 'public.a' };

    expect(sourceConfig.read({ ...GIVEN, ...asked }).issues).toEqual([
      { key: 'snapshot.include.collection.list', message: expect.stringContaining('or use snapshot.mode=initial') },
    ]);
    expect(sourceConfig.read({ ...GIVEN, ...asked, 'snapshot.mode': 'initial' }).issues).toEqual([]);
    expect(sourceConfig.read({ ...GIVEN, 'snapshot.mode': 'always' }).issues).toEqual([]);
  });

  it('take the same settings where they ask for nothing', () => {
    const asked = { 'provide.transaction.metadata': 'false', 'skip.messages.without.change': 'false' };

    expect(sourceConfig.read({ ...GIVEN, ...asked }).issues).toEqual([]);
  });

  it.each([
    [undefined, 600_000],
    ['30s', 30_000],
    ['0', Number.POSITIVE_INFINITY],
  ])('take database.query.timeout.ms=%s for %d ms of silence', (text, ms) => {
    const asked: Record<string, string> = text === undefined ? {} : { 'database.query.timeout.ms': text };

    expect(sourceConfig.read({ ...GIVEN, ...asked }).config?.databaseQueryTimeoutMs).toBe(ms);
  });
});
