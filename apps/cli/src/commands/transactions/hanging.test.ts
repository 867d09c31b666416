import { KafkaError, type TransactionDescription, type TransactionState } from '@millrace/sdk';
import { whyNotHanging, type TransactionWitness } from './hanging.ts';

const OPEN = { topic: 'orders', partition: 1, startOffset: 7, producerId: 5n, producerEpoch: 2 };
const { signal } = new AbortController();

interface Found {
  /** What the coordinator says of the transactional id; undefined: no broker lists the producer. */
  readonly coordinator?: Partial<TransactionDescription> | KafkaError;
  readonly silentBroker?: KafkaError;
  /** Where the partition has it open in the end. */
  readonly openAt?: number;
}

function refusal(kafkaCode: 'TRANSACTIONAL_ID_NOT_FOUND' | 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', `refused with ${kafkaCode}`, { kafkaCode });
}

function witness({ coordinator, silentBroker, openAt }: Found): TransactionWitness {
  const { producerId, producerEpoch } = OPEN;
  const state = {
    state: 'Ongoing',
    producerId,
    producerEpoch,
    timeoutMs: 1000,
    startedAt: 0,
    coordinatorId: 1,
  } as const;
  return {
    listTransactions: () =>
      Promise.resolve({
        transactions:
          coordinator === undefined
            ? []
            : [{ transactionalId: 'billing', producerId, state: 'Ongoing' as const, coordinatorId: 1 }],
        failures: silentBroker === undefined ? [] : [{ nodeId: 3, error: silentBroker }],
      }),
    describeTransactions: ([transactionalId = '']) =>
      Promise.resolve([
        coordinator instanceof KafkaError
          ? { ok: false, transactionalId, error: coordinator }
          : { ok: true, transactionalId, ...state, partitions: [], ...coordinator },
      ]),
    describeProducers: ([place = OPEN]) =>
      Promise.resolve([
        {
          ok: true,
          topic: place.topic,
          partition: place.partition,
          producers: [
            {
              producerId,
              producerEpoch,
              lastSequence: 0,
              lastTimestamp: 0,
              coordinatorEpoch: 0,
              transactionStartOffset: openAt,
            },
          ],
        },
      ]),
  };
}

const HERE = [{ topic: 'orders', partition: 1 }];

describe('whyNotHanging', () => {
  it.each<[string, Found]>([
    ['no coordinator knows the producer', {}],
    ['the transactional id went meanwhile', { coordinator: refusal('TRANSACTIONAL_ID_NOT_FOUND') }],
    ['its coordinator has ended it', { coordinator: { state: 'CompleteAbort' } }],
    ['its coordinator has one open elsewhere', { coordinator: { partitions: [{ topic: 'orders', partition: 0 }] } }],
  ])('finds nothing against it when %s', async (_, found) => {
    expect(await whyNotHanging(witness({ ...found, openAt: 7 }), OPEN, signal)).toBeUndefined();
  });

  it.each<TransactionState>(['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'])(
    'tells that its coordinator has it as %s',
    async (state) => {
      const admin = witness({ coordinator: { state, partitions: HERE }, openAt: 7 });
      const since = '1970-01-01T00:00:00.000Z';
      const words = `the coordinator of "billing" has it as ${state} since ${since}, with a timeout of 1000 ms`;
      expect(await whyNotHanging(admin, OPEN, signal)).toBe(words);
    },
  );

  it.each<[string, Found, RegExp]>([
    [
      'a broker is silent',
      { silentBroker: refusal('TRANSACTIONAL_ID_NOT_FOUND'), openAt: 7 },
      /^broker 3 did not tell/,
    ],
    [
      'the coordinator does not say',
      { coordinator: refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), openAt: 7 },
      /^what "billing" does is not known: refused/,
    ],
    ['it ended', { coordinator: { state: 'CompleteCommit' } }, /^it has ended meanwhile$/],
    ['another began', { coordinator: { state: 'CompleteCommit' }, openAt: 9 }, /^it has ended meanwhile$/],
  ])('does not guess when %s', async (_, found, words) => {
    expect(await whyNotHanging(witness(found), OPEN, signal)).toMatch(words);
  });
});
