import { environmentName, settingsFromEnvironment } from './environment.ts';

const KNOWN = new Set(['log.retention.ms', 'millrace.durability', 'group.initial.rebalance.delay.ms']);

describe('settingsFromEnvironment', () => {
  it('maps variables to keys and leaves other programs and tools alone', () => {
    const { settings, process } = settingsFromEnvironment(
      {
        MILLRACE_LOG_RETENTION_MS: '5',
        MILLRACE_DURABILITY: 'os',
        HOME: '/x',
        MILLRACE_CACHE: '/c',
        MILLRACE_DATA_DIR: '/d',
      },
      KNOWN,
    );

    expect([...settings]).toEqual([
      ['log.retention.ms', '5'],
      ['millrace.durability', 'os'],
    ]);
    expect([...process]).toEqual([['data-dir', '/d']]);
    expect(environmentName('group.initial.rebalance.delay.ms')).toBe('MILLRACE_GROUP_INITIAL_REBALANCE_DELAY_MS');
  });

  it('refuses a variable that names no setting and suggests the nearest', () => {
    expect(() => settingsFromEnvironment({ MILLRACE_LOG_RETENTION_M: '5' }, KNOWN)).toThrow(
      /MILLRACE_LOG_RETENTION_M names no setting: did you mean MILLRACE_LOG_RETENTION_MS\?/,
    );
  });
});
