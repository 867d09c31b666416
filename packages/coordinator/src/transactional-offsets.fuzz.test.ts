/**
 * Offsets of transactions against a simple model, through everything that can happen to their log: restarts, snapshots under way, and
 * a log that ends after any of its batches.
 */
import fc from 'fast-check';
import { batchAttributes, isTransactional } from '@millrace/protocol';
import { createDeleteGroupsRequest } from '@millrace/protocol/messages/42-delete-groups';
import { createOffsetDeleteRequest } from '@millrace/protocol/messages/47-offset-delete';
import { context, CoordinatorFixture, UNSTABLE, type RecordedAppend } from '../test/coordinator-fixture.ts';
import { ORDERS } from '../test/group-fixture.ts';

/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const GROUPS = ['g', 'h'] as const;
const PARTITIONS = 4;
const PRODUCERS = 3;

const event = fc.record({
  kind: fc.constantFrom(
    'commit',
    'commit',
    'commitTransactional',
    'commitTransactional',
    'commitTransactional',
    'commitTransaction',
    'commitTransaction',
    'abortTransaction',
    'deleteOffsets',
    'deleteGroup',
    'hold',
    'release',
    'release',
    'restart',
  ),
  groupId: fc.constantFrom(...GROUPS),
  partition: fc.nat({ max: PARTITIONS - 1 }),
  producerId: fc.nat({ max: PRODUCERS - 1 }),
});

type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;
type Outcome = 'commit' | 'abort';

interface Sent {
  readonly offset: number;
  /** When it was sent, in events: the commit sent last wins. */
  readonly at: number;
}

/** What Apache Kafka's rules make of the events, with none of the machinery. */
class Model {
  at = 0;
  readonly committed = new Map<string, Sent>();
  readonly pending = new Map<number, Map<string, Sent>>();

  copy(): Model {
    const copy = new Model();
    copy.at = this.at;
    for (const [key, sent] of this.committed) copy.committed.set(key, sent);
    for (const [producerId, offsets] of this.pending) copy.pending.set(producerId, new Map(offsets));
    return copy;
  }

  end(producerId: number, outcome: Outcome): void {
    for (const [key, sent] of this.pending.get(producerId) ?? []) {
      if (outcome === 'commit' && sent.at > (this.committed.get(key)?.at ?? -1)) this.committed.set(key, sent);
    }
    this.pending.delete(producerId);
  }

  delete(key: string): void {
    this.committed.delete(key);
    for (const offsets of this.pending.values()) offsets.delete(key);
  }

  isPending(key: string): boolean {
    return [...this.pending.values()].some((offsets) => offsets.has(key));
  }

  /** What OffsetFetch of a group should say. */
  view(groupId: string, requireStable: boolean): Record<number, number> {
    const seen: Record<number, number> = {};
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const key = `${groupId} ${partition}`;
      const sent = this.committed.get(key);
      if (sent !== undefined) seen[partition] = requireStable && this.isPending(key) ? UNSTABLE : sent.offset;
    }
    return seen;
  }
}

interface Recorded extends RecordedAppend {
  /** What must be true when the log ends after this append. */
  readonly model: Model;
}

class Run {
  readonly fixture: CoordinatorFixture;
  readonly appends: Recorded[] = [];
  /** Log starts, by the number of appends before them. */
  readonly starts: { readonly after: number; readonly offset: number }[] = [];
  readonly answers: Promise<number>[] = [];
  model = new Model();
  #before = this.model;
  #isHolding = false;
  #isCalling = false;

  private constructor(fixture: CoordinatorFixture) {
    this.fixture = fixture;
  }

  static async start(): Promise<Run> {
    // Snapshots as often as can be, in slices of two records.
    const fixture = await CoordinatorFixture.start({
      snapshotBytesMin: 500,
      snapshotGrowthFactor: 1,
      snapshotSliceRecords: 2,
    });
    const run = new Run(fixture);
    run.#listen();
    return run;
  }

  async apply({ kind, groupId, partition, producerId }: Event): Promise<void> {
    const { fixture, answers } = this;
    const key = `${groupId} ${partition}`;
    this.#before = this.model;
    const model = (this.model = this.model.copy());
    const sent: Sent = { offset: ++model.at, at: model.at };
    switch (kind) {
      case 'commit':
        model.committed.set(key, sent);
        answers.push(fixture.commit(sent.offset, { groupId }, partition));
        break;
      case 'commitTransactional': {
        const offsets = model.pending.get(producerId) ?? new Map<string, Sent>();
        model.pending.set(producerId, new Map(offsets).set(key, sent));
        this.#call(() => fixture.commitTransactional(producerId, sent.offset, { groupId }, [partition]));
        break;
      }
      case 'commitTransaction':
      case 'abortTransaction': {
        const outcome = kind === 'commitTransaction' ? 'commit' : 'abort';
        model.end(producerId, outcome);
        this.#call(() => fixture.endTransaction(producerId, outcome));
        break;
      }
      case 'deleteOffsets':
        model.delete(key);
        answers.push(this.#deleteOffsets(groupId, partition));
        break;
      case 'deleteGroup':
        for (let index = 0; index < PARTITIONS; index++) model.delete(`${groupId} ${index}`);
        answers.push(this.#deleteGroup(groupId));
        break;
      case 'hold':
        fixture.faulty.hold();
        this.#isHolding = true;
        break;
      case 'release':
        await this.#release();
        break;
      case 'restart':
        await this.#release();
        await fixture.crash();
        this.#listen();
        break;
    }
    // The end of the turn: what was collected goes into the log.
    await Promise.resolve();
    await Promise.resolve();
    this.#before = this.model;
    if (!this.#isHolding) await fixture.time.advance(1);
  }

  async finish(): Promise<void> {
    await this.#release();
    expect(await Promise.all(this.answers)).toEqual(this.answers.map(() => 0));
  }

  async #release(): Promise<void> {
    this.fixture.faulty.release();
    this.#isHolding = false;
    await this.fixture.time.advance(50);
  }

  #listen(): void {
    const { faulty } = this.fixture;
    faulty.onAppended = (recorded) => this.appends.push({ ...recorded, model: this.#modelAfter(recorded.append) });
    faulty.onStarted = (offset) => this.starts.push({ after: this.appends.length, offset });
  }

  /** In the call that commits within a transaction or ends one, what was collected before goes ahead of the call's own batch. */
  #modelAfter(append: RecordedAppend['append']): Model {
    const isOfTransaction = 'marker' in append || isTransactional(batchAttributes(append.batch, 0));
    return this.#isCalling && !isOfTransaction ? this.#before : this.model;
  }

  #call(append: () => Promise<number>): void {
    this.#isCalling = true;
    this.answers.push(append());
    this.#isCalling = false;
  }

  async #deleteOffsets(groupId: string, partition: number): Promise<number> {
    const topics = [{ name: ORDERS, partitions: [{ partitionIndex: partition }] }];
    const request = createOffsetDeleteRequest({ groupId, topics });
    const { errorCode } = await this.fixture.coordinator.deleteOffsets(context(0), request);
    return errorCode === GROUP_ID_NOT_FOUND ? 0 : errorCode;
  }

  async #deleteGroup(groupId: string): Promise<number> {
    const request = createDeleteGroupsRequest({ groupsNames: [groupId] });
    const { results } = await this.fixture.coordinator.deleteGroups(context(2), request);
    const errorCode = results[0]?.errorCode ?? -100;
    return errorCode === GROUP_ID_NOT_FOUND ? 0 : errorCode;
  }
}

/** A coordinator over a log that ends after `count` of the appends and starts where it was told last, or the time before. */
async function cutAfter(run: Run, count: number, ignoresLastStart: boolean): Promise<CoordinatorFixture> {
  const starts = run.starts.filter(({ after }) => after <= count);
  const startOffset = starts.at(ignoresLastStart ? -2 : -1)?.offset ?? 0;
  const fixture = new CoordinatorFixture();
  await fixture.openLog();
  const { log } = fixture.faulty;
  for (const { append, baseOffset } of run.appends.slice(0, count)) {
    if (baseOffset < startOffset) continue;
    const outcome = 'marker' in append ? log.appendEndMarker(append.marker) : log.append(append.batch, COORDINATOR);
    if (!('durable' in outcome)) throw new Error(`the log refuses what it took before: ${outcome.errorMessage}`);
    await outcome.durable;
  }
  await fixture.load();
  return fixture;
}

async function expectSame(fixture: CoordinatorFixture, model: Model): Promise<void> {
  for (const groupId of GROUPS) {
    expect(await fixture.fetch(groupId)).toEqual(model.view(groupId, false));
    expect(await fixture.fetch(groupId, true)).toEqual(model.view(groupId, true));
  }
}

const COORDINATOR = { origin: 'coordinator' } as const;
const GROUP_ID_NOT_FOUND = 69;

describe('offsets of transactions', () => {
  it('are what the rules make of them, also when the log ends after any of its appends', async () => {
    let startCount = 0;
    let cutCount = 0;
    const events = fc.array(event, { minLength: 20, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const run = await Run.start();
        for (const next of list) await run.apply(next);
        await run.finish();
        await expectSame(run.fixture, run.model);

        startCount += run.starts.length;
        for (let count = 0; count <= run.appends.length; count++) {
          const model = run.appends[count - 1]?.model ?? new Model();
          // The move of the log start may be lost with what came after it.
          const variants = run.starts.some(({ after }) => after === count) ? [false, true] : [false];
          for (const ignoresLastStart of variants) {
            cutCount++;
            const fixture = await cutAfter(run, count, ignoresLastStart);
            await expectSame(fixture, model);
            const ended = model.copy();
            for (let index = 0; index < PRODUCERS; index++) {
              const producerId = (index + count) % PRODUCERS;
              const outcome = count % 4 === 3 ? 'abort' : 'commit';
              ended.end(producerId, outcome);
              expect(await fixture.endTransaction(producerId, outcome)).toBe(0);
              await expectSame(fixture, ended);
            }
          }
        }
      }),
      { seed: SEED, numRuns: 12 },
    );
    expect(startCount).toBeGreaterThan(5);
    expect(cutCount).toBeGreaterThan(200);
  }, 60_000);
});
