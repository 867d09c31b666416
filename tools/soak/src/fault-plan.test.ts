import { SeededRandom } from '@millrace/base';
import { FaultPlan, type PlannedFault } from './fault-plan.ts';

function plan(seed: number, mayKillBroker = true): PlannedFault[] {
  const timeouts = { transactionTimeoutMs: 1_500, sessionTimeoutMs: 2_000 };
  const faults = new FaultPlan({ random: new SeededRandom(seed), workers: 3, ...timeouts, mayKillBroker });
  return Array.from({ length: 500 }, () => faults.next());
}

describe('FaultPlan', () => {
  it('is the same for the same seed', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('holds every kind of fault, soon after one another', () => {
    const faults = plan(1);

    expect(new Set(faults.map(({ fault }) => fault.kind)).size).toBe(7);
    expect(Math.max(...faults.map((one) => one.afterMs))).toBeLessThan(800);
  });

  it('freezes clients for longer than their transactions and sessions last', () => {
    const frozen = plan(2).flatMap(({ fault }) => (fault.kind === 'freeze client' ? [fault] : []));

    expect(Math.min(...frozen.map((fault) => fault.ms))).toBeGreaterThan(2_000);
    expect(new Set(frozen.map((fault) => fault.client))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('leaves a broker alone that is not ours', () => {
    expect(plan(3, false).filter(({ fault }) => fault.kind === 'kill broker')).toEqual([]);
  });
});
