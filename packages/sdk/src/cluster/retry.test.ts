import { SeededRandom, type Random } from '@millrace/base';
import { ManualTime } from '@millrace/testing';
import { KafkaError, TimeoutError } from '../error.ts';
import { backoffMs, delay, retrying } from './retry.ts';

const MIDDLE: Random = { ...new SeededRandom(1), next: () => 0.5, nextInt: () => 0, bytes: () => Buffer.alloc(0) };
const PASSING = new KafkaError('MILLRACE_CLIENT_CONNECT', 'away', { retriable: true });

function runtimeWith(time: ManualTime) {
  return { clock: time, timers: time, random: MIDDLE };
}

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('backoffMs', () => {
  it('doubles from 100 ms up to a second', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000].map((failures) => backoffMs(MIDDLE, failures))).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000,
    ]);
  });

  it('spreads by a fifth to either side', () => {
    const random = new SeededRandom(3);
    const waits = Array.from({ length: 1_000 }, () => backoffMs(random, 1));

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(80);
    expect(Math.max(...waits)).toBeLessThanOrEqual(120);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(30);
  });
});

describe('retrying', () => {
  it('tries until it succeeds, waiting longer each time', async () => {
    const time = new ManualTime();
    const startMs = time.nowMs();
    const at: number[] = [];
    const result = retrying(
      runtimeWith(time),
      'asking',
      async (attempt) => {
        at.push(time.nowMs() - startMs);
        if (attempt < 4) throw PASSING;
        return attempt;
      },
      { timeoutMs: 10_000 },
    );
    for (let step = 0; step < 80; step++) {
      await settle();
      time.advance(10);
    }

    expect(await result).toBe(4);
    expect(at).toEqual([0, 100, 300, 700]);
  });

  it('throws at once what does not pass', async () => {
    const failure = new KafkaError('MILLRACE_CLIENT_AUTH', 'no');
    let calls = 0;

    await expect(
      retrying(
        runtimeWith(new ManualTime()),
        'asking',
        () => {
          calls += 1;
          return Promise.reject(failure);
        },
        { timeoutMs: 10_000 },
      ),
    ).rejects.toBe(failure);
    expect(calls).toBe(1);
  });

  it('gives up before the wait that would go past the deadline, with the last failure as cause', async () => {
    const time = new ManualTime();
    const result = retrying(runtimeWith(time), 'asking', () => Promise.reject(PASSING), { timeoutMs: 300 });
    result.catch(() => undefined);
    await settle();
    time.advance(100);
    await settle();

    await expect(result).rejects.toBeInstanceOf(TimeoutError);
    await expect(result).rejects.toMatchObject({
      message: 'asking did not succeed within 300 ms: away',
      cause: PASSING,
      retriable: true,
    });
  });

  it('stops waiting when its signal is aborted', async () => {
    const controller = new AbortController();
    const result = retrying(runtimeWith(new ManualTime()), 'asking', () => Promise.reject(PASSING), {
      timeoutMs: 10_000,
      signal: controller.signal,
    });
    result.catch(() => undefined);
    await settle();

    controller.abort();

    await expect(result).rejects.toMatchObject({ name: 'AbortError', message: 'asking was aborted by its signal' });
  });

  it('leaves the judgement to the caller who wants it', async () => {
    const time = new ManualTime();
    const result = retrying(
      runtimeWith(time),
      'asking',
      (n) => (n === 1 ? Promise.reject(new Error('x')) : Promise.resolve(n)),
      {
        timeoutMs: 1_000,
        isRetriable: () => true,
      },
    );
    await settle();
    time.advance(100);

    expect(await result).toBe(2);
  });
});

describe('delay', () => {
  it('rejects at once under a signal that is aborted already', async () => {
    await expect(delay({ timers: new ManualTime() }, 'waiting', 1, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
