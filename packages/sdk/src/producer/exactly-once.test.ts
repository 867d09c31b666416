import { FencedError, KafkaError, TimeoutError } from '../error.ts';
import { exactlyOnce, type TransactedBatch, type TransactedSource } from './exactly-once.ts';
import type { Transaction } from './transaction.ts';

const BATCH: TransactedBatch = { topic: 'in', partition: 0, baseOffset: 5 };
const ABORTED = new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'aborted', { needsAbort: true });

/** A consumer that hands out as many batches, and a producer whose commits fail with these errors, one after the other. */
function setUp(
  batchCount: number,
  failures: KafkaError[],
  isGone: () => boolean = () => false,
  abortError?: KafkaError,
) {
  const seeks: number[] = [];
  const consumer: TransactedSource<TransactedBatch> = {
    async *batches() {
      for (let left = batchCount; left > 0; left--) yield BATCH;
    },
    assignment: () => [{ topic: 'in', partition: 0 }],
    seek: async (_, to) => void seeks.push(to),
    groupMetadata: () => ({ groupId: 'g', generation: 1, memberId: 'm', instanceId: null }),
    positionsAfter: () => {
      if (isGone()) throw ABORTED;
      return [];
    },
  };
  let committed = 0;
  let left = 0;
  const begin = async (): Promise<Transaction> => {
    const transaction = {
      consume: () => void consumer.positionsAfter(BATCH),
      commit: async () => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        committed++;
      },
      [Symbol.asyncDispose]: async () => {
        left++;
        if (abortError !== undefined) throw abortError;
      },
    };
    return transaction as unknown as Transaction;
  };
  return { consumer, producer: { begin }, seeks, committed: () => committed, left: () => left };
}

describe('exactlyOnce', () => {
  it('reads a batch again whose transaction had to be aborted', async () => {
    const { consumer, producer, seeks, committed } = setUp(2, [ABORTED]);

    await exactlyOnce(consumer, producer, () => undefined);

    expect(seeks).toEqual([5]);
    expect(committed()).toBe(1);
  });

  it('does not go back in a partition that went away and came back, where others may have been further', async () => {
    let batches = 0;
    const { consumer, producer, seeks, committed } = setUp(2, [], () => batches === 1);

    await exactlyOnce(consumer, producer, () => void batches++);

    expect(seeks).toEqual([]);
    expect(committed()).toBe(1);
  });

  it('ends when its producer was fenced, or a batch fails again and again', async () => {
    const fenced = setUp(5, [new FencedError('another one came')]);
    await expect(exactlyOnce(fenced.consumer, fenced.producer, () => undefined)).rejects.toBeInstanceOf(FencedError);

    const failing = setUp(
      5,
      Array.from({ length: 5 }, () => ABORTED),
    );
    await expect(exactlyOnce(failing.consumer, failing.producer, () => undefined, { attemptsMax: 3 })).rejects.toBe(
      ABORTED,
    );
    expect(failing.seeks).toEqual([5, 5]);
  });

  describe('when aborting fails, too', () => {
    const unanswered = new TimeoutError('aborting did not succeed');
    const isHere = (): boolean => false;

    it('rejects with what process threw, and has the other in `suppressed`', async () => {
      const { consumer, producer, seeks, left } = setUp(2, [], isHere, unanswered);
      const broken = new RangeError('broken');

      const ending = exactlyOnce(consumer, producer, () => Promise.reject(broken));

      await expect(ending).rejects.toBe(broken);
      expect(broken).toMatchObject({ suppressed: unanswered });
      expect(seeks).toEqual([]);
      expect(left()).toBe(1);
    });

    it('rejects with why it was not committed, and does not try again with a producer that cannot', async () => {
      const refused = new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'aborted', { needsAbort: true });
      const { consumer, producer, seeks, left } = setUp(2, [refused], isHere, unanswered);

      await expect(exactlyOnce(consumer, producer, () => undefined)).rejects.toBe(refused);

      expect(refused).toMatchObject({ suppressed: unanswered });
      expect(seeks).toEqual([]);
      expect(left()).toBe(1);
    });

    it.each([
      ['a frozen error', Object.freeze(new Error('cold'))],
      ['a text', 'text'],
      ['nothing', undefined],
    ])('rejects with %s that was thrown', async (_, thrown) => {
      const { consumer, producer } = setUp(1, [], isHere, unanswered);

      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as careless code does
      await expect(exactlyOnce(consumer, producer, () => Promise.reject(thrown))).rejects.toBe(thrown);
    });
  });
});
