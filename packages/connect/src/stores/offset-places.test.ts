import { positionKey, type Position, type SourceOffset } from '@millrace/connect-api';
import { TopicOffsetPlaces, type OffsetPlace } from './offset-places.ts';
import type { OffsetChange, OffsetStore } from './offset-store.ts';

class MemoryStore implements OffsetStore {
  readonly name: string;
  readonly writes: string[];
  readonly #offsets = new Map<string, SourceOffset>();
  isClosed = false;

  constructor(name: string, writes: string[]) {
    this.name = name;
    this.writes = writes;
  }

  async start(): Promise<void> {}

  async read(_connector: string, partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> {
    return partitions.map((partition) => this.#offsets.get(positionKey(partition))?.offset);
  }

  async write(_connector: string, offsets: readonly OffsetChange[]): Promise<void> {
    for (const { partition, offset } of offsets) {
      this.writes.push(`${this.name} ${JSON.stringify(partition)} ${JSON.stringify(offset)}`);
      if (offset === null) this.#offsets.delete(positionKey(partition));
      else this.#offsets.set(positionKey(partition), { partition, offset });
    }
  }

  async all(): Promise<readonly SourceOffset[]> {
    return [...this.#offsets.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
  }
}

function create() {
  const writes: string[] = [];
  const shared = new MemoryStore('shared', writes);
  const opened: MemoryStore[] = [];
  const failures: Error[] = [];
  const places = new TopicOffsetPlaces({
    shared,
    placeOf: ({ topic }): OffsetPlace | undefined =>
      topic === undefined ? undefined : { bootstrapServers: 'a:1', topic },
    open: async ({ topic }) => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      const store = new MemoryStore(topic, writes);
      opened.push(store);
      return store;
    },
  });
  return { places, shared, opened, writes, failures };
}

const A = { table: 'a' };
const B = { table: 'b' };

describe('places of offsets', () => {
  it('are the worker’s, unless a connector has one of its own', async () => {
    const { places, shared, opened } = create();

    expect(places.of({})).toBe(shared);
    await places.of({ topic: 't' }).write('c', [{ partition: A, offset: { at: 1 } }]);
    await places.of({ topic: 't' }).write('d', [{ partition: B, offset: { at: 2 } }]);

    expect(opened).toHaveLength(1);
    expect(await shared.all()).toEqual([]);
  });

  it('are filled up from the worker’s, where a connector has just been given one', async () => {
    const { places, shared } = create();
    await shared.write('c', [
      { partition: A, offset: { at: 1 } },
      { partition: B, offset: { at: 1 } },
    ]);
    const own = places.of({ topic: 't' });
    await own.write('c', [{ partition: A, offset: { at: 2 } }]);

    expect(await own.read('c', [A, B, { table: 'x' }])).toEqual([{ at: 2 }, { at: 1 }, undefined]);
    expect(await own.all('c')).toEqual([
      { partition: A, offset: { at: 2 } },
      { partition: B, offset: { at: 1 } },
    ]);
  });

  it('forget for good: the worker’s place first', async () => {
    const { places, shared, writes } = create();
    await shared.write('c', [{ partition: A, offset: { at: 1 } }]);
    const own = places.of({ topic: 't' });
    writes.length = 0;

    await own.write('c', [
      { partition: A, offset: null },
      { partition: B, offset: { at: 1 } },
    ]);

    expect(writes).toEqual(['shared {"table":"a"} null', 't {"table":"a"} null', 't {"table":"b"} {"at":1}']);
    expect(await own.read('c', [A])).toEqual([undefined]);
  });

  it('are opened again after they could not be', async () => {
    const { places, failures, opened } = create();
    failures.push(new Error('no broker'));
    const own = places.of({ topic: 't' });

    await expect(own.read('c', [A])).rejects.toThrow('no broker');
    expect(await own.read('c', [A])).toEqual([undefined]);
    await places[Symbol.asyncDispose]();
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true]);
  });
});
