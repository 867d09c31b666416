import { ErrorCode, errorByCode } from '@millrace/protocol';
import {
  createAddPartitionsToTxnResponse,
  type AddPartitionsToTxnRequest,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import { createEndTxnResponse, type EndTxnRequest } from '@millrace/protocol/messages/26-end-txn';
import { createInitProducerIdResponse } from '@millrace/protocol/messages/22-init-producer-id';
import type { TxnOffsetCommitRequest } from '@millrace/protocol/messages/28-txn-offset-commit';
import { ScriptedCluster, turn } from '../../test/scripted-cluster.ts';
import { abortable, ClosedError, KafkaError } from '../error.ts';
import type { Codec } from '../topic/codec.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import type { OffsetSource } from '../topic-partition.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { Producer } from './producer.ts';

const PRODUCER_ID = 7n;
const events = topic('events', { key: nullable(str), value: str });

type Answer = (request: unknown) => unknown;

/** A producer whose coordinator answers as a test says; records go to logs in memory. */
function setUp({ transactionVersion = 2 } = {}) {
  const scripted = new ScriptedCluster({ partitionCount: 1, nodeCount: 1 });
  const { cluster } = scripted;
  const asked: { readonly api: string; readonly request: unknown }[] = [];
  let epoch = 0;
  const answers = new Map<string, Answer>([
    ['InitProducerId', () => createInitProducerIdResponse({ producerId: PRODUCER_ID, producerEpoch: ++epoch })],
    ['EndTxn', () => ended()],
    ['AddPartitionsToTxn', (request) => added(request as AddPartitionsToTxnRequest)],
    ['TxnOffsetCommit', (request) => ({ topics: (request as TxnOffsetCommitRequest).topics.map(stored) })],
  ]);
  const ended = (): unknown =>
    transactionVersion < 2
      ? createEndTxnResponse()
      : createEndTxnResponse({ producerId: PRODUCER_ID, producerEpoch: ++epoch });
  const sendTo = async (
    nodeId: number,
    api: { request: { name: string } },
    request: unknown,
    options: { signal?: AbortSignal },
  ): Promise<unknown> => {
    const name = api.request.name.replace(/Request$/, '');
    if (name === 'Produce') return (cluster.sendTo as unknown as typeof sendTo)(nodeId, api, request, options);
    asked.push({ api: name, request });
    const answer = (async () => answers.get(name)?.(request))();
    return { response: await abortable(name, answer, options.signal), version: 5 };
  };
  const transactional = {
    ...cluster,
    coordinator: () => Promise.resolve(0),
    forgetCoordinator: () => undefined,
    featureLevel: () => Promise.resolve(transactionVersion),
    sendTo,
  } as unknown as ProducerCluster;
  return {
    scripted,
    producer: new Producer(transactional, { transactionalId: 'mover', deliveryTimeoutMs: 5_000 }),
    asked,
    ended,
    /** How a coordinator answers from now on. */
    on: (api: string, answer: Answer) => void answers.set(api, answer),
    /** How it answers commits and aborts. */
    onEnd: (commit: Answer, abort: Answer = () => ended()) =>
      void answers.set('EndTxn', (request) => ((request as EndTxnRequest).committed ? commit : abort)(request)),
    values: () => scripted.logs[0]?.records.map(({ value }) => value),
    commitCount: () =>
      asked.filter(({ api, request }) => api === 'EndTxn' && (request as EndTxnRequest).committed).length,
  };
}

function stored({ name, topicId, partitions }: TxnOffsetCommitRequest['topics'][number]): unknown {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })) };
}

function added({ v3AndBelowTopics }: AddPartitionsToTxnRequest): unknown {
  return createAddPartitionsToTxnResponse({
    resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: 0 })),
    })),
  });
}

const refuse = (errorCode: number) => (): unknown => createEndTxnResponse({ errorCode });

const lose = (): never => {
  throw new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', 'the connection was cut', { retriable: true });
};

type SetUp = ReturnType<typeof setUp>;

async function valueOf<T>({ scripted }: SetUp, promise: Promise<T>): Promise<T> {
  const outcome = await scripted.settle(promise);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

async function failureOf({ scripted }: SetUp, promise: Promise<unknown>): Promise<KafkaError> {
  const outcome = await scripted.settle(promise);
  if (outcome.status === 'fulfilled' || !KafkaError.is(outcome.reason)) throw new Error('it was expected to fail');
  return outcome.reason;
}

/** Lets some time pass: whatever does not wait for something happens. */
async function pass({ scripted }: SetUp): Promise<void> {
  for (let step = 0; step < 10; step++) {
    await turn();
    scripted.time.step();
  }
  await turn();
}

/** A transaction with one record that is in the log. */
async function openWith(up: SetUp, value: string) {
  const transaction = await valueOf(up, up.producer.begin());
  await valueOf(up, transaction.send(events, { value }));
  return transaction;
}

/** A record that comes only then. */
async function* after(then: Promise<void>, value: string) {
  await then;
  yield { value };
}

/** Read up to offset 5 of any partition of `in`. */
function sourceOf(generation: number): OffsetSource<number> {
  return {
    groupMetadata: () => ({ groupId: 'g', generation, memberId: 'm', instanceId: null }),
    positionsAfter: (partition) => [{ topic: 'in', partition, offset: 5 }],
  };
}

/** A transaction of which nobody knows whether it is committed. */
async function commitUnanswered(up: SetUp) {
  const transaction = await openWith(up, 'a');
  up.onEnd(lose);
  return { transaction, failure: await failureOf(up, transaction.commit()) };
}

async function commitOne(up: SetUp, value: string): Promise<void> {
  const transaction = await openWith(up, value);
  await valueOf(up, transaction.commit());
}

describe('a transaction', () => {
  it.each([
    ['TRANSACTION_ABORTABLE', { needsAbort: true, fatal: false }],
    ['INVALID_TXN_STATE', { needsAbort: true, fatal: false }],
    ['INVALID_PRODUCER_ID_MAPPING', { needsAbort: true, fatal: false }],
    ['UNKNOWN_PRODUCER_ID', { needsAbort: true, fatal: false }],
    ['PRODUCER_FENCED', { needsAbort: false, fatal: true, code: 'MILLRACE_CLIENT_FENCED' }],
    ['INVALID_PRODUCER_EPOCH', { needsAbort: false, fatal: true, code: 'MILLRACE_CLIENT_FENCED' }],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', { needsAbort: false, fatal: true, code: 'MILLRACE_CLIENT_AUTH' }],
  ] as const)('is not committed when the coordinator says %s, which tells what to do', async (name, flags) => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    up.onEnd(refuse(ErrorCode[name]));

    const error = await failureOf(up, transaction.commit());

    expect(error).toMatchObject({ kafkaCode: name, retriable: false, ...flags });
    if (flags.fatal) {
      expect(await failureOf(up, up.producer.begin())).toMatchObject({ fatal: true });
      return;
    }
    await valueOf(up, transaction.abort());
    up.onEnd(() => up.ended());
    await commitOne(up, 'b');
  });

  it.each([
    ['INVALID_TXN_STATE', 'MILLRACE_CLIENT_BROKER_ERROR'],
    ['TRANSACTION_ABORTABLE', 'MILLRACE_CLIENT_BROKER_ERROR'],
    ['PRODUCER_FENCED', 'MILLRACE_CLIENT_FENCED'],
  ] as const)('is the last one when its abort is refused with %s', async (name, code) => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    up.onEnd(refuse(ErrorCode.INVALID_TXN_STATE), refuse(ErrorCode[name]));
    await failureOf(up, transaction.commit());

    expect(await failureOf(up, transaction.abort())).toMatchObject({ fatal: true, needsAbort: false, code });

    expect(await failureOf(up, up.producer.begin())).toMatchObject({ fatal: true });
    expect(await failureOf(up, transaction.commit())).toMatchObject({ fatal: true });
    await valueOf(up, transaction[Symbol.asyncDispose]());
  });

  it('is aborted when its abort is answered by a coordinator that has forgotten the producer', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    up.onEnd(() => up.ended(), refuse(ErrorCode.INVALID_PRODUCER_ID_MAPPING));

    await valueOf(up, transaction.abort());

    await commitOne(up, 'b');
  });

  it('may be committed again when nobody answered, and only that', async () => {
    const up = setUp();
    const { transaction, failure } = await commitUnanswered(up);

    expect(failure).toMatchObject({
      code: 'MILLRACE_CLIENT_TIMEOUT',
      retriable: true,
      needsAbort: false,
      fatal: false,
    });
    expect(await failureOf(up, transaction.abort())).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    up.onEnd(() => up.ended());
    await valueOf(up, transaction.commit());

    await commitOne(up, 'b');
  });

  it('has to be aborted when a commit of unknown outcome turns out to be refused', async () => {
    const up = setUp();
    const { transaction } = await commitUnanswered(up);
    up.onEnd(refuse(ErrorCode.INVALID_TXN_STATE));

    expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true, fatal: false });

    await valueOf(up, transaction.abort());
    up.onEnd(() => up.ended());
    await commitOne(up, 'b');
  });

  it('whose time was over is aborted, and the producer goes on (KIP-588)', async () => {
    const up = setUp();
    const transaction = await valueOf(up, up.producer.begin());
    up.scripted.fateOf = () => ({ errorCode: ErrorCode.INVALID_PRODUCER_EPOCH });
    const sent = transaction.send(events, { value: 'late' });

    expect(await failureOf(up, sent)).toMatchObject({ needsAbort: true, fatal: false });
    expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true, fatal: false });
    expect(up.commitCount()).toBe(0);

    await valueOf(up, transaction.abort());
    up.scripted.fateOf = () => ({});
    await commitOne(up, 'b');
    expect(up.values()).toEqual(['b']);
  });

  it('of a producer that was fenced learns so from its abort, and leaving its scope does not throw', async () => {
    const up = setUp();
    const transaction = await valueOf(up, up.producer.begin());
    up.scripted.fateOf = () => ({ errorCode: ErrorCode.INVALID_PRODUCER_EPOCH });
    up.onEnd(refuse(ErrorCode.PRODUCER_FENCED), refuse(ErrorCode.PRODUCER_FENCED));
    await failureOf(up, transaction.send(events, { value: 'late' }));

    await valueOf(up, transaction[Symbol.asyncDispose]());

    expect(await failureOf(up, up.producer.begin())).toMatchObject({ code: 'MILLRACE_CLIENT_FENCED', fatal: true });
  });

  it('is not committed without a record that its codec refused, although nobody looked at its promise', async () => {
    const up = setUp();
    const picky: Codec<string> = {
      name: 'picky',
      encode: (value) => {
        if (value === 'bad') throw new Error('no');
        return value;
      },
      decode: String,
    };
    const transaction = await valueOf(up, up.producer.begin());
    void transaction.send(topic('events', { value: picky }), { value: 'good' });
    void transaction.send(topic('events', { value: picky }), { value: 'bad' });

    expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true });

    expect(up.commitCount()).toBe(0);
    await valueOf(up, transaction.abort());
  });

  it('is committed with all records of a sendAll that is under way', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: more, resolve: giveMore } = Promise.withResolvers<void>();
    async function* records() {
      yield { value: 'b' };
      await more;
      yield { value: 'c' };
    }
    const sending = transaction.sendAll(events, records());
    const committing = transaction.commit();
    await pass(up);
    expect(up.values()).toEqual(['a', 'b']);
    expect(up.commitCount()).toBe(0);

    giveMore();
    await valueOf(up, Promise.all([sending, committing]));

    expect(up.values()).toEqual(['a', 'b', 'c']);
    expect(up.commitCount()).toBe(1);
  });

  it("is aborted although its commit waits for a sendAll, and that commit is not the next one's", async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: more, resolve: giveMore } = Promise.withResolvers<void>();
    const sending = transaction.sendAll(events, after(more, 'b'));
    const committing = failureOf(up, transaction.commit());
    await pass(up);

    await valueOf(up, transaction.abort());
    const next = await openWith(up, 'c');
    giveMore();
    expect(await failureOf(up, sending)).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    expect(await committing).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    await pass(up);
    expect(up.commitCount()).toBe(0);

    await valueOf(up, next.commit());
    expect(up.values()).toEqual(['a', 'c']);
  });

  it('ends its commit when it is aborted although a sendAll never ends', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    transaction.sendAll(events, after(new Promise(() => undefined), 'b')).catch(() => undefined);
    const committing = transaction.commit();
    committing.catch(() => undefined);
    await pass(up);

    await valueOf(up, transaction.abort());

    expect(await failureOf(up, committing)).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
  });

  it('is waited for when its scope is left or its producer closed while its commit waits for a sendAll', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: more, resolve: giveMore } = Promise.withResolvers<void>();
    const sending = transaction.sendAll(events, after(more, 'b'));
    const committing = transaction.commit();
    expect(await failureOf(up, transaction.commit())).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    const leaving = transaction[Symbol.asyncDispose]();
    const closing = up.producer.close({ timeoutMs: 60_000 });
    for (let each = 0; each < 10; each++) await turn();
    giveMore();

    await valueOf(up, Promise.all([sending, committing, leaving, closing]));
    expect(up.values()).toEqual(['a', 'b']);
    expect(up.commitCount()).toBe(1);
  });

  it('ends its commit when its producer is closed although a sendAll never ends', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    transaction.sendAll(events, after(new Promise(() => undefined), 'b')).catch(() => undefined);
    const committing = transaction.commit();
    committing.catch(() => undefined);

    await valueOf(up, up.producer.close({ timeoutMs: 1_000 }));

    expect(await failureOf(up, committing)).toBeInstanceOf(ClosedError);
    expect(up.commitCount()).toBe(0);
  });

  it('leaves no record of a sendAll to the next one when it is aborted', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: more, resolve: giveMore } = Promise.withResolvers<void>();
    async function* records() {
      await more;
      yield { value: 'b' };
    }
    const sending = transaction.sendAll(events, records());
    await valueOf(up, transaction.abort());

    giveMore();
    expect(await failureOf(up, sending)).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    await commitOne(up, 'c');

    expect(up.values()).toEqual(['a', 'c']);
  });

  it('cannot be aborted while it is being committed, and leaving its scope waits', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: answer, resolve } = Promise.withResolvers<unknown>();
    up.onEnd(() => answer);
    const committing = transaction.commit();
    await turn();

    expect(await failureOf(up, transaction.abort())).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    const leaving = transaction[Symbol.asyncDispose]();
    resolve(up.ended());
    await valueOf(up, Promise.all([committing, leaving]));

    expect(up.asked.filter(({ api }) => api === 'EndTxn')).toHaveLength(1);
  });

  it('that is being committed is waited for when the producer is closed', async () => {
    const up = setUp();
    const transaction = await openWith(up, 'a');
    const { promise: answer, resolve } = Promise.withResolvers<unknown>();
    up.onEnd(() => answer);
    const committing = transaction.commit();
    await turn();
    const closing = up.producer.close({ timeoutMs: 60_000 });
    for (let each = 0; each < 10; each++) await turn();
    resolve(up.ended());

    await valueOf(up, Promise.all([committing, closing]));
    expect(await failureOf(up, up.producer.begin())).toBeInstanceOf(ClosedError);
  });

  it('commits offsets under the membership under which they were read', async () => {
    const up = setUp();
    const transaction = await valueOf(up, up.producer.begin());
    transaction.consume(sourceOf(1), 0);
    transaction.consume(sourceOf(1), 1);
    transaction.consume(sourceOf(2), 2);
    await valueOf(up, transaction.commit());

    const commits = up.asked.filter(({ api }) => api === 'TxnOffsetCommit');
    expect(commits.map(({ request }) => request)).toMatchObject([
      { generationIdOrMemberEpoch: 1, topics: [{ partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }] },
      { generationIdOrMemberEpoch: 2, topics: [{ partitions: [{ partitionIndex: 2 }] }] },
    ]);
  });

  it('can only be aborted after a batch was refused that its consumer does not hold any more', async () => {
    const up = setUp();
    const gone = new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'given away', { needsAbort: true });
    const transaction = await openWith(up, 'a');
    const source = {
      ...sourceOf(1),
      positionsAfter: () => {
        throw gone;
      },
    };

    expect(() => transaction.consume(source, 0)).toThrow(gone);

    expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true });
    expect(up.commitCount()).toBe(0);
  });

  it('is aborted although the next epoch cannot be had, which the next one asks for again', async () => {
    const up = setUp({ transactionVersion: 1 });
    const transaction = await openWith(up, 'a');
    up.scripted.fateOf = () => ({ errorCode: ErrorCode.INVALID_RECORD });
    await failureOf(up, transaction.send(events, { value: 'bad' }));
    const initialize = up.asked.filter(({ api }) => api === 'InitProducerId').length;
    up.on('InitProducerId', lose);

    await valueOf(up, transaction.abort());

    up.scripted.fateOf = () => ({});
    up.on('InitProducerId', () => createInitProducerIdResponse({ producerId: PRODUCER_ID, producerEpoch: 9 }));
    await commitOne(up, 'b');
    expect(up.asked.filter(({ api }) => api === 'InitProducerId').length).toBeGreaterThan(initialize + 1);
  });

  describe('with a coordinator that is asked to add partitions first (transaction version 1)', () => {
    /** Whether the coordinator has a transaction open; it says what Kafka's says. */
    function tracked(up: SetUp) {
      const broker = { isOpen: false };
      const adds =
        (answer: Answer): Answer =>
        (request) => {
          broker.isOpen = true;
          return answer(request);
        };
      up.on('EndTxn', () => {
        if (!broker.isOpen) return createEndTxnResponse({ errorCode: ErrorCode.INVALID_TXN_STATE });
        broker.isOpen = false;
        return createEndTxnResponse();
      });
      return { broker, adds };
    }

    const grant: Answer = (request) => added(request as AddPartitionsToTxnRequest);
    const silence: Answer = () => new Promise(() => undefined);

    async function goesOn(up: SetUp, { broker, adds }: ReturnType<typeof tracked>): Promise<void> {
      const asked = up.asked.length;
      up.on('AddPartitionsToTxn', adds(grant));
      await commitOne(up, 'next');
      expect(up.values()).toEqual(['next']);
      expect(broker.isOpen).toBe(false);
      expect(up.asked.slice(asked).map(({ api }) => api)).toEqual(['AddPartitionsToTxn', 'EndTxn']);
    }

    it.each([
      ['has been added', true],
      ['has not been added', false],
    ])('leaves nothing open when it is aborted before anybody knows that a partition %s', async (_, isAdded) => {
      const up = setUp({ transactionVersion: 1 });
      const coordinator = tracked(up);
      up.on('AddPartitionsToTxn', isAdded ? coordinator.adds(silence) : silence);
      const transaction = await valueOf(up, up.producer.begin());
      transaction.send(events, { value: 'a' }).catch(() => undefined);
      await pass(up);

      await valueOf(up, transaction.abort());

      expect(coordinator.broker.isOpen).toBe(false);
      // A request on its way would open another one; under an older epoch it is refused.
      expect(up.asked.map(({ api }) => api)).toEqual([
        'InitProducerId',
        'AddPartitionsToTxn',
        'EndTxn',
        'InitProducerId',
      ]);
      await goesOn(up, coordinator);
    });

    it('leaves nothing open when the answers to adding a partition are lost until its records are given up', async () => {
      const up = setUp({ transactionVersion: 1 });
      const coordinator = tracked(up);
      up.on('AddPartitionsToTxn', coordinator.adds(lose));
      const transaction = await valueOf(up, up.producer.begin());
      await failureOf(up, transaction.send(events, { value: 'a' }));
      expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true });

      await valueOf(up, transaction.abort());

      expect(coordinator.broker.isOpen).toBe(false);
      await goesOn(up, coordinator);
    });

    it('leaves nothing open when the answers to adding offsets are lost', async () => {
      const up = setUp({ transactionVersion: 1 });
      const coordinator = tracked(up);
      up.on('AddOffsetsToTxn', coordinator.adds(lose));
      const transaction = await valueOf(up, up.producer.begin());
      transaction.consume(sourceOf(1), 0);
      expect(await failureOf(up, transaction.commit())).toMatchObject({ needsAbort: true });

      await valueOf(up, transaction.abort());

      expect(coordinator.broker.isOpen).toBe(false);
      await goesOn(up, coordinator);
    });

    it('does not take a partition for added that was added to the one before', async () => {
      const up = setUp({ transactionVersion: 1 });
      const coordinator = tracked(up);
      const { promise: late, resolve } = Promise.withResolvers<void>();
      up.on('AddPartitionsToTxn', (request) => late.then(() => coordinator.adds(grant)(request)));
      const transaction = await valueOf(up, up.producer.begin());
      transaction.send(events, { value: 'a' }).catch(() => undefined);
      await pass(up);
      await valueOf(up, transaction.abort());
      const next = await valueOf(up, up.producer.begin());
      resolve();
      await pass(up);
      coordinator.broker.isOpen = false;
      up.on('AddPartitionsToTxn', coordinator.adds(grant));

      await valueOf(up, next.send(events, { value: 'b' }));
      expect(coordinator.broker.isOpen).toBe(true);
      await valueOf(up, next.commit());
    });
  });

  it('takes the transactional id over once, also when the first call of begin was given up', async () => {
    const up = setUp();
    const { promise: answer, resolve } = Promise.withResolvers<unknown>();
    up.on('InitProducerId', () => answer);
    const controller = new AbortController();
    const first = up.producer.begin({ signal: controller.signal });
    await turn();
    controller.abort();
    expect(await failureOf(up, first)).toMatchObject({ code: 'MILLRACE_CLIENT_ABORTED' });

    const second = up.producer.begin();
    resolve(createInitProducerIdResponse({ producerId: PRODUCER_ID, producerEpoch: 3 }));
    await valueOf(up, second);

    expect(up.asked.map(({ api }) => api)).toEqual(['InitProducerId']);
  });

  it.each([ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorCode.INVALID_TRANSACTION_TIMEOUT])(
    'cannot be begun by a producer that may not have the id or the timeout (%i): that is fatal',
    async (errorCode) => {
      const up = setUp();
      up.on('InitProducerId', () => createInitProducerIdResponse({ errorCode }));

      expect(await failureOf(up, up.producer.begin())).toMatchObject({
        fatal: true,
        kafkaCode: errorByCode(errorCode).name,
      });
    },
  );
});
