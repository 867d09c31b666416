import { queryConfig } from './query-config.ts';

const GIVEN = {
  'database.hostname': 'localhost',
  'database.user': 'app',
  'database.password': 'secret',
  'database.dbname': 'shop',
  'topic.prefix': 'app',
  mode: 'bulk',
  'table.include.list': 'public.customers',
};

describe('the settings of the polling source', () => {
  it.each(['column.exclude.list', 'column.include.list', 'column.mask.with.4.chars', 'column.truncate.to.4.chars'])(
    'refuse %s, which would keep nothing out of topics',
    (key) => {
      const issues = (given: Record<string, string>): readonly string[] =>
        queryConfig.read(given).issues.map(({ message }) => message);
      const before = issues(GIVEN);

      expect(issues({ ...GIVEN, [key]: 'public.customers.phone' })).toEqual([
        ...before,
        expect.stringMatching(/^column\.[a-z.]+\*? is refused: /),
      ]);
    },
  );
});
