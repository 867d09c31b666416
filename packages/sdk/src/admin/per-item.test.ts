import { SeededRandom, type Clock, type Timers } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { Cluster } from '../cluster/cluster.ts';
import { AbortError, brokerError, ClosedError, KafkaError, TimeoutError } from '../error.ts';
import { createClientEvents } from '../telemetry/client-events.ts';
import { AdminCall } from './admin-call.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

/** Time that passes only while somebody waits for it. */
class PatientTime implements Clock, Timers {
  #nowMs = 0;

  nowMs = (): number => this.#nowMs;
  monotonicMs = (): number => this.#nowMs;

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    let isCancelled = false;
    setImmediate(() => {
      if (isCancelled) return;
      this.#nowMs += delayMs;
      callback();
    });
    return { cancel: () => void (isCancelled = true) };
  }
}

function callWith(options: { timeoutMs?: number; signal?: AbortSignal; retry?: boolean } = {}): AdminCall {
  const time = new PatientTime();
  const runtime = { clock: time, timers: time, random: new SeededRandom(7), events: createClientEvents() };
  const cluster = { runtime, requestTimeoutMs: 30_000 } as unknown as Cluster;
  const { timeoutMs = 10_000, signal = new AbortController().signal, retry = true } = options;
  return new AdminCall(cluster, { timeoutMs, signal, retry });
}

const refusal = (code: ErrorCode): { error: KafkaError } => ({ error: brokerError('asking', code) });
const kafkaCodeOf = (verdict: Verdict<unknown>): string | undefined =>
  'error' in verdict ? verdict.error.kafkaCode : undefined;

describe('forEachItem', () => {
  it('asks each node once for all of its items, and keeps their order', async () => {
    const asked: [unknown, readonly number[]][] = [];

    const verdicts = await forEachItem(callWith(), [5, 2, 7, 4], {
      what: 'asking',
      locate: (item) => item % 2,
      ask: async (target, items) => {
        asked.push([target.node, items]);
        return items.map((item) => ({ value: { square: item * item } }));
      },
    });

    expect(asked).toEqual([
      [1, [5, 7]],
      [0, [2, 4]],
    ]);
    expect(verdicts).toEqual([25, 4, 49, 16].map((square) => ({ value: { square } })));
  });

  it('asks nobody for nothing', async () => {
    const nobody = (): never => {
      throw new Error('asked');
    };

    expect(await forEachItem(callWith(), [], { what: 'asking', locate: nobody, ask: nobody })).toEqual([]);
  });

  it('goes on with what may pass, elsewhere when it moved, and never asks twice for what is done', async () => {
    let leader = 1;
    const asked: unknown[] = [];

    const verdicts = await forEachItem(callWith(), ['moving', 'settled', 'refused'], {
      what: 'asking',
      locate: (item) => (item === 'moving' ? leader : 1),
      forget: (item, error) => {
        expect([item, error.kafkaCode]).toEqual(['moving', 'NOT_LEADER_OR_FOLLOWER']);
        leader = 2;
      },
      ask: async (target, items) => {
        asked.push([target.node, items]);
        return items.map((item): Verdict<{ node: unknown }> => {
          if (item === 'refused') return refusal(ErrorCode.POLICY_VIOLATION);
          if (item === 'moving' && target.node === 1) return refusal(ErrorCode.NOT_LEADER_OR_FOLLOWER);
          return { value: { node: target.node } };
        });
      },
    });

    expect(asked).toEqual([
      [1, ['moving', 'settled', 'refused']],
      [2, ['moving']],
    ]);
    expect(verdicts.map((each) => ('value' in each ? each.value.node : kafkaCodeOf(each)))).toEqual([
      2,
      1,
      'POLICY_VIOLATION',
    ]);
  });

  it('keeps what succeeded when the time is over, and says what the rest failed with last', async () => {
    const verdicts = await forEachItem(callWith({ timeoutMs: 5_000 }), ['stuck', 'fine', 'lost'], {
      what: 'asking',
      locate: (item) => (item === 'lost' ? 4 : 5),
      ask: async (target, items) => {
        if (target.node === 4) {
          throw new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', 'the connection ended', { retriable: true });
        }
        return items.map((item): Verdict<{ item: string }> =>
          item === 'stuck' ? refusal(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) : { value: { item } },
        );
      },
    });

    const [stuck, fine, lost] = verdicts;
    expect(fine).toEqual({ value: { item: 'fine' } });
    for (const each of [stuck, lost]) {
      expect(each).toMatchObject({ error: { name: 'TimeoutError', code: 'MILLRACE_CLIENT_TIMEOUT', retriable: true } });
    }
    expect(stuck && kafkaCodeOf(stuck)).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(lost).toMatchObject({ error: { cause: { code: 'MILLRACE_CLIENT_CONNECTION_LOST' } } });
  });

  it('fails all items of a node that cannot do it at all, and no other', async () => {
    const verdicts = await forEachItem(callWith(), [1, 2], {
      what: 'asking',
      locate: (item) => item,
      ask: async (target) => {
        if (target.node === 1) throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', 'too old');
        return [{ value: {} }];
      },
    });

    expect(verdicts).toMatchObject([{ error: { code: 'MILLRACE_CLIENT_UNSUPPORTED_API' } }, { value: {} }]);
  });

  it.each([
    [0, 1],
    [2, 3],
  ])('asks for an unknown topic again %i times', async (unknownTopicRetries, attempts) => {
    let count = 0;

    const [verdict] = await forEachItem(callWith(), ['new'], {
      what: 'asking',
      unknownTopicRetries,
      locate: () => {
        count++;
        throw brokerError('finding the leader', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      },
      ask: async () => [],
    });

    expect(count).toBe(attempts);
    expect(verdict && kafkaCodeOf(verdict)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('tries once when it is told not to retry', async () => {
    let count = 0;

    const [verdict] = await forEachItem(callWith({ retry: false }), ['x'], {
      what: 'asking',
      locate: () => 1,
      ask: async () => {
        count++;
        return [refusal(ErrorCode.NOT_CONTROLLER)];
      },
    });

    expect(count).toBe(1);
    expect(verdict && kafkaCodeOf(verdict)).toBe('NOT_CONTROLLER');
    expect(verdict).not.toMatchObject({ error: expect.any(TimeoutError) });
  });

  it('throws when the client is closed, the call is aborted, or an answer lacks an item', async () => {
    const failing = (error: Error) =>
      forEachItem(callWith(), ['x'], { what: 'asking', locate: () => 1, ask: () => Promise.reject(error) });
    const abort = new AbortController();
    abort.abort();

    await expect(failing(new ClosedError())).rejects.toBeInstanceOf(ClosedError);
    await expect(failing(new AbortError('asking', abort.signal))).rejects.toBeInstanceOf(AbortError);
    await expect(failing(new TypeError('a bug'))).rejects.toThrow('a bug');
    const aborted = forEachItem(callWith({ signal: abort.signal }), ['x'], {
      what: 'asking',
      locate: () => 1,
      ask: async () => [{ value: {} }],
    });
    await expect(aborted).rejects.toBeInstanceOf(AbortError);
    const short = forEachItem(callWith(), ['x'], { what: 'asking', locate: () => 1, ask: async () => [] });
    await expect(short).rejects.toThrow(/lacks an item/);
  });
});

describe('outcomesOf', () => {
  it('puts items and verdicts together', () => {
    const error = brokerError('asking', ErrorCode.INVALID_CONFIG);

    expect(outcomesOf(['a', 'b'], [{ value: { size: 1 } }, { error }], (name) => ({ name }))).toEqual([
      { ok: true, name: 'a', size: 1 },
      { ok: false, name: 'b', error },
    ]);
  });
});
