import { SeededRandom, silentLogger, type Clock } from '@millrace/base';
import { DeadLetters, deadLetterSettings, type RawOutRecord } from './dead-letters.ts';
import { backoffMs, ErrorPolicy, errorSettings, type FailedRecord } from './error-policy.ts';
import { TaskMetrics } from './task-metrics.ts';

class HandClock implements Clock {
  ms = 0;
  nowMs = (): number => this.ms;
  monotonicMs = (): number => this.ms;
}

class PassingError extends Error {
  readonly retriable = true;
}

const record = (): FailedRecord => ({
  key: 'k',
  value: 'v',
  headers: [],
  timestampMs: 1,
  topic: 't',
  partition: '2',
  offset: '3',
});

function create(
  config: Record<string, string>,
  send?: (topic: string, letter: RawOutRecord) => Promise<unknown>,
  prepare: () => Promise<void> = () => Promise.resolve(),
) {
  const clock = new HandClock();
  const pauses: number[] = [];
  const metrics = new TaskMetrics('sink', clock);
  const letters = deadLetterSettings(config);
  const failures: unknown[] = [];
  const deadLetters =
    letters === undefined
      ? undefined
      : new DeadLetters({
          connector: 'c',
          task: 0,
          settings: letters,
          metrics,
          prepare,
          send: send ?? (() => Promise.resolve()),
          onFailed: (error) => failures.push(error),
        });
  const policy = new ErrorPolicy({
    connector: 'c',
    task: 0,
    settings: errorSettings(config),
    clock,
    random: new SeededRandom(1),
    log: silentLogger,
    metrics,
    deadLetters,
    pause: async (ms) => {
      pauses.push(ms);
      clock.ms += ms;
    },
  });
  return { policy, pauses, metrics, clock, deadLetters, failures };
}

describe('errors of records', () => {
  it('are tried again while they may pass and the time is not over', async () => {
    const { policy, pauses, clock } = create({ 'errors.retry.timeout': '10000', 'errors.tolerance': 'all' });
    let attempts = 0;
    const again = (): string => {
      attempts++;
      if (attempts < 3) throw new PassingError('not yet');
      return 'done';
    };

    const recovered = await policy.recover('TRANSFORMATION', 'T', new PassingError('first'), again, record);

    expect(recovered).toEqual({ isSkipped: false, value: 'done' });
    expect(pauses).toHaveLength(3);
    expect(clock.ms).toBeLessThanOrEqual(10_000);
  });

  it('are given up at the end of the time, or at once when they do not pass', async () => {
    const { policy, pauses, metrics, clock } = create({ 'errors.retry.timeout': '5000', 'errors.tolerance': 'all' });
    const again = (): never => {
      throw new PassingError('never');
    };

    expect(await policy.recover('KEY_CONVERTER', 'K', new PassingError('first'), again, record)).toEqual({
      isSkipped: true,
    });
    expect(clock.ms).toBeLessThanOrEqual(5_000);
    const before = pauses.length;
    expect(await policy.recover('KEY_CONVERTER', 'K', new Error('broken'), again, record)).toEqual({ isSkipped: true });
    expect(pauses).toHaveLength(before);
    expect(metrics.errors).toMatchObject({ recordErrors: 2, recordsSkipped: 2, retries: before });
  });

  it('are tried once alone by default, and fail the task', async () => {
    const { policy, pauses } = create({});
    const recovering = policy.recover('VALUE_CONVERTER', 'V', new PassingError('first'), () => 'x', record);

    await expect(recovering).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_TASK_RECORD',
      details: { stage: 'VALUE_CONVERTER', operator: 'V', topic: 't', partition: '2', offset: '3' },
    });
    expect(pauses).toEqual([]);
  });

  it('are tried without end with -1', async () => {
    const { policy, pauses } = create({ 'errors.retry.timeout': '-1', 'errors.retry.delay.max.ms': '1000' });
    let attempts = 0;
    const again = (): string => {
      if (++attempts < 200) throw new PassingError('not yet');
      return 'done';
    };
    await policy.recover('TRANSFORMATION', 'T', new PassingError('first'), again, record);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_000);
  });

  it.each([
    [{ 'errors.tolerance': 'some' }, 'use none or all'],
    [{ 'errors.retry.timeout': '-2' }, 'errors.retry.timeout is "-2"'],
    [{ 'errors.retry.delay.max.ms': 'long' }, 'errors.retry.delay.max.ms is "long"'],
  ])('cannot be set as %j', (config: Record<string, string>, message) => {
    expect(() => errorSettings(config)).toThrow(message);
  });
});

describe('backoff', () => {
  it('doubles up to its limit, with jitter', () => {
    const random = new SeededRandom(7);
    for (let attempts = 1; attempts < 40; attempts++) {
      const full = Math.min(60_000, 300 * 2 ** (attempts - 1));
      const delay = backoffMs(attempts, 60_000, random);
      expect(delay).toBeGreaterThanOrEqual(full / 2);
      expect(delay).toBeLessThanOrEqual(full);
    }
  });
});

describe('dead letters', () => {
  const config = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' };

  it('are settled only when every one is acknowledged', async () => {
    const acknowledged = Promise.withResolvers<void>();
    const { policy, deadLetters } = create(config, () => acknowledged.promise);
    await policy.skip('TASK_PUT', 'S', new Error('x'), record);
    let isSettled = false;
    const settling = deadLetters?.settled().then(() => {
      isSettled = true;
    });
    await Promise.resolve();
    expect(isSettled).toBe(false);

    acknowledged.resolve();
    await settling;
    expect(isSettled).toBe(true);
  });

  it('are awaited from the moment they are reported, even while their topic is made', async () => {
    const made = Promise.withResolvers<void>();
    const sent: RawOutRecord[] = [];
    const { policy, deadLetters } = create(
      config,
      async (_topic, letter) => sent.push(letter),
      () => made.promise,
    );
    // As sinks do that do not wait for what they report.
    void policy.skip('TASK_PUT', 'S', new Error('x'), record);
    const settling = deadLetters?.settled().then(() => sent.length);
    made.resolve();

    expect(await settling).toBe(1);
  });

  it('that cannot be written fail the task', async () => {
    const { policy, deadLetters, failures } = create(config, () => Promise.reject(new Error('refused')));
    await policy.skip('TASK_PUT', 'S', new Error('x'), record);

    await expect(deadLetters?.settled()).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_TASK_TOPIC' });
    expect(failures).toHaveLength(1);
    await expect(policy.skip('TASK_PUT', 'S', new Error('x'), record)).rejects.toThrow('dead letter topic dead');
  });

  it('have no context headers unless asked for', async () => {
    const sent: RawOutRecord[] = [];
    const { policy } = create(config, async (_topic, letter) => sent.push(letter));
    await policy.skip('TASK_PUT', 'S', new Error('x'), record);
    expect(sent).toEqual([{ key: 'k', value: 'v', headers: [], timestamp: 1 }]);
  });
});
