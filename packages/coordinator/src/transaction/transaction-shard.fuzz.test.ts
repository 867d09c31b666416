import fc from 'fast-check';
import { TransactionClient } from '../../test/transaction-client.ts';
import { TransactionWorld, type Instance } from '../../test/transaction-world.ts';
import { transactionRecordCodec } from './transaction-records.ts';
import type { TransactionOutcome } from './transaction-state.ts';

/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200);

const PLACES = [
  { topic: 'j', partition: 0 },
  { topic: 'j', partition: 1 },
  { topic: 'os', partition: 0 },
  { topic: 'os', partition: 1 },
] as const;

/** One thing that happens; `pick` chooses among what is there then. */
const event = fc.record({
  kind: fc.constantFrom(
    'start',
    'reinit',
    'write',
    'write',
    'write',
    'write',
    'commit',
    'commit',
    'commit',
    'abort',
    'retry',
    'retry',
    'retry',
    'retryAll',
    'sync',
    'sync',
    'sync',
    'syncPart',
    'loseAnswers',
    'pause',
    'longPause',
    'osFails',
    'osWorks',
    'kill',
    'kill',
  ),
  pick: fc.nat({ max: 1_000 }),
});

type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

class Run {
  readonly world = new TransactionWorld();
  readonly clients: TransactionClient[] = [];
  readonly owners = new Map<string, TransactionClient>();
  readonly instances = new Set<Instance>();

  async apply({ kind, pick }: Event): Promise<void> {
    const { world } = this;
    const client = this.#one(pick);
    switch (kind) {
      case 'start':
        return this.#start(pick);
      case 'reinit':
        return client?.init(true);
      case 'write':
        client?.write(PLACES[(pick >> 4) % PLACES.length] ?? PLACES[0]);
        if (client !== undefined && client.instance !== null) this.instances.add(client.instance);
        return;
      case 'commit':
        // Most wait for their writes, some cannot.
        if (pick % 5 !== 0) await world.sync();
        return client?.end('commit');
      case 'abort':
        return client?.end('abort');
      case 'retry':
        return client?.retry();
      case 'retryAll':
        return this.clients.forEach((each) => each.retry());
      case 'sync':
        return world.sync();
      case 'syncPart':
        return world.syncPart(pick % 5);
      case 'loseAnswers':
        return world.loseAnswers();
      case 'pause':
        return world.advance(pick);
      case 'longPause':
        return world.advance(pick * 60);
      case 'osFails':
      case 'osWorks':
        world.isOsFailing = kind === 'osFails';
        return;
      case 'kill':
        return world.restart(pick % 7);
    }
  }

  /** All come to an end: answers arrive, what is open times out, and one more restart finds nothing to do. */
  async rest(): Promise<void> {
    const { world } = this;
    world.isOsFailing = false;
    for (let round = 0; round < 5; round++) {
      await world.sync();
      for (const client of this.clients) client.retry();
    }
    await world.sync();
    for (let round = 0; round < 5; round++) {
      world.advance(31_000);
      await world.sync();
    }
    world.restart(0);
    await world.sync();
  }

  /** Mostly one of the last to come; seldom a zombie. */
  #one(pick: number): TransactionClient | undefined {
    const { clients } = this;
    return pick % 8 === 0 ? clients[(pick >> 3) % clients.length] : clients[clients.length - 1 - (pick % 3)];
  }

  async #start(pick: number): Promise<void> {
    const name = `c${this.clients.length}`;
    const client = new TransactionClient(this.world, this.owners, name, `t${pick % 3}`, (pick & 4) === 0);
    this.clients.push(client);
    if (pick % 5 === 0) return;
    // Most begin when they are let in.
    for (let attempt = 0; attempt < 3 && client.identity === null; attempt++) {
      await this.world.sync();
      client.retry();
    }
    await this.world.sync();
  }
}

/** Outcome of each transaction in each log; a second one would be a torn transaction. */
function checkOutcomes({ world }: Run, isJudged: (topic: string) => boolean): void {
  const outcomes = new Map<Instance, TransactionOutcome>();
  for (const state of world.states()) {
    if (state.open.size > 0) throw new Error('a transaction is still open');
    for (const { entry, outcome } of state.ended) {
      if (!isJudged(entry.place.topic)) continue;
      const { instance } = entry;
      const other = outcomes.get(instance) ?? instance.told ?? outcome;
      if (other !== outcome) throw new Error(`${instance.name}: ${outcome} in ${entry.place.topic}, but ${other}`);
      if (outcome === 'commit' && instance.isBroken) throw new Error(`${instance.name}: committed without all of it`);
      outcomes.set(instance, outcome);
    }
  }
}

/** What the log says of an id never goes back to an earlier producer id or epoch. */
function checkEpochs({ world }: Run): void {
  const last = new Map<string, readonly [number, number]>();
  for (const entry of world.journal) {
    if (entry.kind !== 'record') continue;
    const record = transactionRecordCodec.decode(entry.key, entry.value);
    if (record === undefined || record.image === null) continue;
    const { producerId, producerEpoch } = record.image;
    const [lastId, lastEpoch] = last.get(record.transactionalId) ?? [-1, -1];
    if (producerId < lastId || (producerId === lastId && producerEpoch < lastEpoch)) {
      throw new Error(`${record.transactionalId}: epoch ${producerEpoch} after ${lastEpoch}`);
    }
    last.set(record.transactionalId, [producerId, producerEpoch]);
  }
}

function checkSettled({ world }: Run): void {
  for (const { image, transactionalId } of world.shard.transactions()) {
    if (!['Empty', 'CompleteCommit', 'CompleteAbort'].includes(image.state)) {
      throw new Error(`${transactionalId} is left in ${image.state}`);
    }
  }
}

describe('a shard of transactions', () => {
  it('ends every transaction one way everywhere, as it was told, whatever is killed, lost or repeated', async () => {
    let committed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 150, size: 'max' }), async (events) => {
        const run = new Run();
        for (const pick of [1, 2, 7]) await run.apply({ kind: 'start', pick });
        for (const next of events) await run.apply(next);
        await run.rest();

        checkSettled(run);
        checkOutcomes(run, () => true);
        checkEpochs(run);
        for (const { told } of run.instances) if (told === 'commit') committed++;
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // The test would be worthless if nothing ever succeeded.
    expect(committed).toBeGreaterThan(RUNS / 2);
  });

  it('leaves nothing open after a power loss that shortens logs which are not journalled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 20, maxLength: 80, size: 'max' }),
        fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 5 }),
        async (events, picks) => {
          const run = new Run();
          for (const pick of picks) {
            for (const next of events) await run.apply(next);
            run.world.restart(pick % 11, (log) => Math.max(0, log.length - (pick % 13)));
          }
          await run.rest();

          checkSettled(run);
          checkOutcomes(run, (topic) => topic === 'j');
          checkEpochs(run);
        },
      ),
      { seed: SEED, numRuns: Math.ceil(RUNS / 4) },
    );
  });
});
