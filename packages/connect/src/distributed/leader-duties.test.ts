import { silentLogger, systemClock, systemTimers } from '@millrace/base';
import { KafkaError, type Admin } from '@millrace/sdk';
import type { ConfigStore } from '../stores/config-store.ts';
import type { DistributedSettings } from './distributed-settings.ts';
import { LeaderDuties, type LeaderDutiesOptions } from './leader-duties.ts';

function duties(options: Partial<LeaderDutiesOptions>): LeaderDuties {
  return new LeaderDuties({
    config: {} as ConfigStore,
    admin: {} as Admin,
    settings: {} as DistributedSettings,
    log: silentLogger,
    clock: systemClock,
    timers: systemTimers,
    isLeader: () => false,
    leaderUrl: () => undefined,
    failure: () => undefined,
    ...options,
  });
}

describe('a request that only the leader can serve', () => {
  it('passes at the leader', () => {
    expect(() => duties({ isLeader: () => true }).assertLeader()).not.toThrow();
  });

  it('is passed on to the leader by others', () => {
    expect(() => duties({ leaderUrl: () => 'http://a/' }).assertLeader()).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_NOT_THE_TARGET', forwardUrl: 'http://a/' }),
    );
  });

  it('is 409 while no leader is known, with what to do', () => {
    expect(() => duties({}).assertLeader()).toThrow(
      expect.objectContaining({
        status: 409,
        forwardUrl: undefined,
        message: expect.stringMatching(/try again in a second.*raise session\.timeout\.ms/),
      }),
    );
  });

  it('is an error for good at a worker that has left for good', () => {
    const failure = new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'the group has other members', { fatal: true });

    expect(() => duties({ failure: () => failure }).assertLeader()).toThrow(
      expect.objectContaining({ status: 500, message: expect.stringMatching(/started again: the group has other/) }),
    );
  });
});
