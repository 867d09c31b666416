import { dropStartGarbage, leanStart, type ProcessStart } from './lean-process.ts';

const START: ProcessStart = {
  platform: 'linux',
  execPath: '/bin/node',
  execArgv: ['--conditions=x'],
  argv: ['/bin/node', '/broker/main.js', '--port', '0'],
  env: { HOME: '/root', EMPTY: undefined },
  cores: 4,
  hasChannel: false,
};

describe('leanStart', () => {
  it('keeps flags, arguments and environment, and adds what keeps the process small', () => {
    const start = leanStart(START);
    expect(start?.args).toEqual([
      '/bin/node',
      '--max-semi-space-size=4',
      '--v8-pool-size=3',
      '--expose-gc',
      '--conditions=x',
      '/broker/main.js',
      '--port',
      '0',
    ]);
    expect(start?.env).toEqual(expect.objectContaining({ HOME: '/root', MALLOC_ARENA_MAX: '2' }));
    expect(start?.env).not.toHaveProperty('EMPTY');
  });

  it('gives young objects the space that is asked for', () => {
    expect(leanStart(START, 2)?.args).toContain('--max-semi-space-size=2');
  });

  it.each([
    [1, 1],
    [2, 1],
    [64, 4],
  ])('leaves the event loop a core of its own: of %d, %d thread(s) for V8', (cores, threads) => {
    expect(leanStart({ ...START, cores })?.args).toContain(`--v8-pool-size=${threads}`);
  });

  it('does nothing the second time', () => {
    const { args = [], env = {} } = leanStart(START) ?? {};
    expect(leanStart({ ...START, execArgv: args.slice(1, 5), env })).toBeUndefined();
  });

  it.each([
    ['elsewhere than on Linux', { platform: 'darwin' }],
    ['for a process that its parent talks to', { hasChannel: true }],
    ['when the young space was set', { execArgv: ['--max-semi-space-size=64'] }],
    ["when the collector's threads were set", { execArgv: ['--v8_pool_size=4'] }],
    [
      'when the young space was set in the environment',
      { env: { NODE_OPTIONS: '--max_old_space_size=1 --max-semi-space-size=64' } },
    ],
    ['when the allocator was set', { env: { MALLOC_ARENA_MAX: '8' } }],
  ])('does nothing %s', (_when, changed) => {
    expect(leanStart({ ...START, ...changed })).toBeUndefined();
  });
});

describe('dropStartGarbage', () => {
  const collector = globalThis.gc;

  afterEach(() => {
    globalThis.gc = collector;
  });

  it('collects a heap that has grown, and leaves a small one alone', () => {
    let collections = 0;
    globalThis.gc = (() => void collections++) as unknown as NodeJS.GCFunction;
    dropStartGarbage(20_000_000);
    expect(collections).toBe(0);
    dropStartGarbage(200_000_000);
    expect(collections).toBe(1);
  });

  it('does without a collector that can be asked', () => {
    globalThis.gc = undefined;
    expect(() => dropStartGarbage(200_000_000)).not.toThrow();
  });
});
