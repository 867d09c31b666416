import { c, config, Secret, type ConfigProperties, type ConfigSpec, type Infer } from '../index.ts';

const spec = config({
  'database.hostname': c.string().importance('high').group('Connection').doc('Host of the server.'),
  'database.port': c.int().default(5432).atLeast(1).atMost(65_535).group('Connection').synonym('port'),
  'database.password': c.secret().optional().group('Connection').synonym('password'),
  'poll.interval.ms': c.duration().default('500ms').atLeast('1ms'),
  'buffer.size': c.size().default('1MiB').atMost('1GiB'),
  'table.include.list': c.list(c.regex()).default([]),
  mode: c.oneOf('bulk', 'incrementing').default('bulk'),
  'incrementing.column': c.string().optional().visibleWhen('mode', 'incrementing'),
  enabled: c.boolean().default(true),
});

const given = { 'database.hostname': 'db' };

/** The one message about a setting. */
function issueOf(read: ConfigSpec<unknown>, properties: ConfigProperties): string {
  const { issues, config: result } = read.read(properties);
  expect(result).toBeUndefined();
  expect(issues).toHaveLength(1);
  return issues[0]?.message ?? '';
}

describe('a config definition', () => {
  it('becomes typed values, with names in camel case and defaults', () => {
    const result: Infer<typeof spec> | undefined = spec.read(given).config;

    expect(result).toEqual({
      databaseHostname: 'db',
      databasePort: 5432,
      databasePassword: undefined,
      pollIntervalMs: 500,
      bufferSize: 1_048_576,
      tableIncludeList: [],
      mode: 'bulk',
      incrementingColumn: undefined,
      enabled: true,
    });
    // The types are those that the fields say.
    const port: number | undefined = result?.databasePort;
    const password: Secret | undefined = result?.databasePassword;
    const mode: 'bulk' | 'incrementing' | undefined = result?.mode;
    const tables: readonly RegExp[] | undefined = result?.tableIncludeList;
    expect([port, password, mode, tables]).toEqual([5432, undefined, 'bulk', []]);
  });

  it('describes itself as Kafka Connect does', () => {
    expect(spec.definitions[0]).toEqual({
      name: 'database.hostname',
      type: 'STRING',
      required: true,
      defaultValue: null,
      importance: 'HIGH',
      documentation: 'Host of the server.',
      group: 'Connection',
      orderInGroup: 1,
      width: 'NONE',
      displayName: 'database.hostname',
      dependents: [],
    });
    const byName = new Map(spec.definitions.map((definition) => [definition.name, definition]));
    expect(byName.get('database.port')).toMatchObject({ required: false, defaultValue: '5432', orderInGroup: 2 });
    expect(byName.get('poll.interval.ms')).toMatchObject({ type: 'LONG', defaultValue: '500', orderInGroup: -1 });
    expect(byName.get('buffer.size')).toMatchObject({ type: 'LONG', defaultValue: '1048576' });
    expect(byName.get('mode')?.dependents).toEqual(['incrementing.column']);
    expect(byName.get('database.password')).toMatchObject({ type: 'PASSWORD', required: false, defaultValue: null });
  });

  it('says which setting is missing', () => {
    expect(issueOf(spec, {})).toBe('Missing required configuration "database.hostname" which has no default value.');
  });

  it.each([
    ['database.port', 'x', 'Invalid value x for configuration database.port: Not a number of type INT'],
    ['database.port', '2147483648', 'Not a number of type INT'],
    ['database.port', '0', 'Value must be at least 1'],
    ['database.port', '65536', 'Value must be no more than 65535'],
    ['poll.interval.ms', '5 weeks', 'such as 500ms, 10s, 5m, 2h'],
    ['poll.interval.ms', '0', 'Value must be at least 1'],
    ['buffer.size', '2GiB', 'Value must be no more than 1073741824'],
    ['buffer.size', 'big', 'Expected a size such as 64KiB'],
    ['mode', 'other', 'String must be one of: bulk, incrementing'],
    ['enabled', 'yes', 'Expected value to be either true or false'],
    ['table.include.list', 'a,(', 'Not a regular expression'],
  ])('rejects %s=%s', (name, text, message) => {
    expect(issueOf(spec, { ...given, [name]: text })).toContain(message);
    expect(spec.read({ ...given, [name]: text }).values.find((value) => value.name === name)).toMatchObject({
      value: null,
      errors: [expect.stringContaining(message)],
    });
  });

  it('reports every problem at once', () => {
    expect(spec.read({ 'database.port': 'x', mode: 'y' }).issues.map(({ key }) => key)).toEqual([
      'database.hostname',
      'database.port',
      'mode',
    ]);
  });

  it.each([
    ['250', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
  ])('reads %s as a duration', (text, milliseconds) => {
    const read = spec.read({ ...given, 'poll.interval.ms': text });
    expect(read.config?.pollIntervalMs).toBe(milliseconds);
    expect(read.values.find(({ name }) => name === 'poll.interval.ms')?.value).toBe(String(milliseconds));
  });

  it('reads plain numbers of a duration in the unit of its name', () => {
    const ttl = config({ 'redis.key.ttl': c.duration('s').default(-1) });
    expect(ttl.read({ 'redis.key.ttl': '60' }).config).toEqual({ redisKeyTtl: 60_000 });
    expect(ttl.read({ 'redis.key.ttl': '1500ms' }).config).toEqual({ redisKeyTtl: 1500 });
    expect(ttl.read({}).config).toEqual({ redisKeyTtl: -1 });
    expect(ttl.definitions[0]?.defaultValue).toBe('-1');
  });

  it('splits lists at commas that are not escaped, and matches whole texts', () => {
    const [first, second] =
      spec.read({ ...given, 'table.include.list': String.raw`public\.t\d{1\,2} , (?i)OTHER` }).config
        ?.tableIncludeList ?? [];
    expect(first?.test('public.t12')).toBe(true);
    expect(first?.test('xpublic.t12')).toBe(false);
    expect(second?.test('other')).toBe(true);
  });

  it('never shows a secret', () => {
    const read = spec.read({ ...given, 'database.password': ' s3cret\n' });
    expect(read.config?.databasePassword?.reveal()).toBe('s3cret');
    expect(JSON.stringify(read)).not.toContain('s3cret');
    expect(spec.secretKeys).toEqual(new Set(['database.password', 'password']));

    const checkedSecret = config({
      token: c.secret().validate((token) => (token.reveal() === 'x' ? undefined : 'is wrong')),
    });
    expect(issueOf(checkedSecret, { token: 's3cret' })).toBe(
      'Invalid value [hidden] for configuration token: is wrong',
    );
  });

  it('takes other names of a setting, unless they contradict it', () => {
    expect(spec.read({ ...given, port: '99' }).config?.databasePort).toBe(99);
    expect(issueOf(spec, { ...given, port: '99', 'database.port': '98' })).toContain(
      'database.port and port are the same setting',
    );
  });

  it('shows settings that matter to what is set', () => {
    const visible = (properties: ConfigProperties): boolean | undefined =>
      spec.read({ ...given, ...properties }).values.find(({ name }) => name === 'incrementing.column')?.visible;
    expect(visible({})).toBe(false);
    expect(visible({ mode: 'INCREMENTING' })).toBe(true);
  });

  it('recommends values, fixed or by what else is set', () => {
    const recommending = config({
      codec: c.string().recommend(['gzip', 'zstd']).default('gzip'),
      level: c
        .int()
        .default(1)
        .recommend((settings) => (settings('codec') === 'zstd' ? ['1', '19'] : ['6']), ['codec']),
    });
    expect(recommending.read({ codec: 'zstd' }).values.map((value) => value.recommendedValues)).toEqual([
      ['gzip', 'zstd'],
      ['1', '19'],
    ]);
    expect(recommending.definitions[0]?.dependents).toEqual(['level']);
  });

  it('checks settings together once each is valid', () => {
    const together = config(
      { mode: c.oneOf('a', 'b'), column: c.string().optional() },
      {
        check: (read) =>
          read.mode === 'b' && read.column === undefined ? [{ key: 'column', message: 'column is needed' }] : [],
      },
    );
    expect(issueOf(together, { mode: 'b' })).toBe('column is needed');
    expect(together.read({ mode: 'b' }).values[1]?.errors).toEqual(['column is needed']);
    expect(together.read({ mode: 'b', column: 'x' }).config).toEqual({ mode: 'b', column: 'x' });
    expect(issueOf(together, { mode: 'c' })).toContain('one of: a, b');
  });

  it('goes on with what a Standard Schema makes of a value', () => {
    const point = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => {
          const [x, y] = String(value).split('/').map(Number);
          return Number.isFinite(x) && Number.isFinite(y)
            ? { value: { x: x ?? 0, y: y ?? 0 } }
            : { issues: [{ message: 'expected x/y' }] };
        },
      },
    };
    const points = config({ at: c.string().schema(point) });
    const at: { readonly x: number } | undefined = points.read({ at: '1/2' }).config?.at;
    expect(at).toEqual({ x: 1, y: 2 });
    expect(issueOf(points, { at: 'here' })).toBe('Invalid value here for configuration at: expected x/y');
  });

  it('says which names it knows, in all spellings', () => {
    const spec = config(
      { 'poll.ms': c.int().default(1).synonym('poll.interval'), name: c.string() },
      { ignored: { 'max.queue.size': 'x' }, refused: { 'snapshot.mode': 'y' } },
    );

    expect([...(spec.keys ?? [])]).toEqual(['poll.ms', 'poll.interval', 'name', 'max.queue.size', 'snapshot.mode']);
  });

  it('warns of what is deprecated or has no effect, and refuses what would mislead', () => {
    const adopted = config(
      { old: c.string().optional().deprecated('use new') },
      { ignored: { 'max.queue.size': 'memory is bounded in bytes' }, refused: { 'read.only': 'remove it' } },
    );
    expect(adopted.read({ old: 'x', 'max.queue.size': '5' }).warnings).toEqual([
      { key: 'old', message: 'old is deprecated: use new' },
      { key: 'max.queue.size', message: 'max.queue.size has no effect: memory is bounded in bytes' },
    ]);
    expect(issueOf(adopted, { 'read.only': 'true' })).toBe('read.only is refused: remove it');
  });

  it('refuses all settings with a beginning, without the rest of their names', () => {
    const adopted = config(
      { name: c.string().optional() },
      { refused: { 'column.mask.*': { remedy: 'use a transform', unless: [''] } } },
    );

    expect(adopted.read({ 'column.mask.hash.SHA-256.with.salt.pepper': 'public.t.v' }).issues).toEqual([
      { message: 'column.mask.* is refused: use a transform' },
    ]);
    expect(adopted.read({ 'column.mask.with.5.chars': ' ' }).issues).toEqual([]);
    expect(adopted.read({ 'column.masks': 'x' }).issues).toEqual([]);
    expect(adopted.keys?.has('column.mask.*')).toBe(false);
  });

  it('lets pass values of a refused setting that ask for nothing', () => {
    const adopted = config(
      { name: c.string().optional() },
      { refused: { 'read.only': { remedy: 'remove it', unless: ['false'] } } },
    );

    expect(adopted.read({ 'read.only': ' False ' })).toMatchObject({ issues: [], warnings: [] });
    expect(issueOf(adopted, { 'read.only': 'true' })).toBe('read.only is refused: remove it');
  });

  it('does not look at settings of others', () => {
    expect(spec.read({ ...given, 'tasks.max': 'x' }).issues).toEqual([]);
  });

  it('finds a wrong default when it is defined', () => {
    expect(() => config({ a: c.int().default('x') })).toThrow(/Not a number/);
    expect(() => config({ 'a.b': c.int().default(1), 'a-b': c.int().default(1) })).toThrow(/two settings/);
  });
});
