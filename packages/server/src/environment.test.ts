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
        MILLRACE_BROKERS: 'elsewhere:9092',
        MILLRACE_PROFILE: 'of the command line',
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

  it.each(['MILLRACE_FOO', 'MILLRACE_XYZ_COLOUR'])('suggests nothing for %s, which no name is near to', (variable) => {
    expect(() => settingsFromEnvironment({ [variable]: '1' }, KNOWN)).toThrow(/names no setting: unset it$/);
  });

  it('ignores what Kubernetes tells of a Service with our name', () => {
    const { settings, process } = settingsFromEnvironment(
      {
        MILLRACE_SERVICE_HOST: '10.0.171.239',
        MILLRACE_SERVICE_PORT: '9092',
        MILLRACE_SERVICE_PORT_KAFKA: '9092',
        MILLRACE_SERVICE_PORT_OPS: '9644',
        MILLRACE_PORT: 'tcp://10.0.171.239:9092',
        MILLRACE_PORT_9092_TCP: 'tcp://10.0.171.239:9092',
        MILLRACE_PORT_9092_TCP_PROTO: 'tcp',
        MILLRACE_PORT_9092_TCP_PORT: '9092',
        MILLRACE_PORT_9092_TCP_ADDR: '10.0.171.239',
        MILLRACE_PORT_53_UDP_PROTO: 'udp',
        // Of a Service named millrace-ops.
        MILLRACE_OPS_SERVICE_HOST: '10.0.171.240',
        MILLRACE_OPS_PORT: 'tcp://10.0.171.240:9644',
        MILLRACE_OPS_PORT_9644_TCP: 'tcp://10.0.171.240:9644',
      },
      KNOWN,
    );

    expect([...settings]).toEqual([]);
    expect([...process]).toEqual([]);
  });

  it.each([
    ['MILLRACE_PORT', '9093'],
    ['MILLRACE_PORT', 'http://host:1'],
    ['MILLRACE_OPS_PORT', '0'],
  ])('takes %s=%s for the setting that it is', (variable, value) => {
    expect([...settingsFromEnvironment({ [variable]: value }, KNOWN).process.values()]).toEqual([value]);
  });

  it.each(['MILLRACE_SERVICE', 'MILLRACE_SERVICE_HOSTS', 'MILLRACE_PORT_TCP', 'MILLRACE_PORT_9092_TCP_NAME'])(
    'refuses %s, which Kubernetes does not write',
    (variable) => {
      expect(() => settingsFromEnvironment({ [variable]: '1' }, KNOWN)).toThrow(/names no setting/);
    },
  );
});
