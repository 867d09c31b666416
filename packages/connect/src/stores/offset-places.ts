/**
 * Where each source has its offsets: in the worker's store, or in a place of its own. That is a topic which it names
 * (`offsets.storage.topic`), or the worker's topic of the cluster that it writes to in transactions, when that is another one (KIP-618).
 *
 * Owns: the stores of such places, opened when one is first asked for.
 * Invariants: what a place of its own lacks is looked up in the worker's store, so that a connector that is given one goes on where it was.
 *   What is removed is removed there first, lest it come back.
 * Bounds: a consumer for each place, until the worker ends.
 */
import { positionKey, type ConfigProperties, type Position, type SourceOffset } from '@millrace/connect-api';
import type { OffsetChange, OffsetStore } from './offset-store.ts';

export interface OffsetPlaces extends AsyncDisposable {
  /** Of a connector, whose references to config providers are resolved. */
  of(config: ConfigProperties): OffsetStore;
}

/** Everybody's offsets are in the same store. */
export function onePlace(store: OffsetStore): OffsetPlaces {
  return { of: () => store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** A topic of a cluster. */
export interface OffsetPlace {
  readonly bootstrapServers: string;
  readonly topic: string;
}

export interface TopicOffsetPlacesOptions {
  /** Of the worker. */
  readonly shared: OffsetStore;
  /** Undefined: the worker's. */
  placeOf(config: ConfigProperties): OffsetPlace | undefined;
  /** Resolves with a store that was started. */
  open(place: OffsetPlace, config: ConfigProperties): Promise<OffsetStore>;
}

export class TopicOffsetPlaces implements OffsetPlaces {
  readonly #options: TopicOffsetPlacesOptions;
  readonly #opened = new Map<string, Promise<OffsetStore>>();

  constructor(options: TopicOffsetPlacesOptions) {
    this.#options = options;
  }

  of(config: ConfigProperties): OffsetStore {
    const { shared } = this.#options;
    const place = this.#options.placeOf(config);
    return place === undefined ? shared : new OwnOffsets(() => this.#open(place, config), shared);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    const stores = opened.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    await Promise.allSettled([...stores, this.#options.shared].map((store) => store[Symbol.asyncDispose]()));
  }

  #open(place: OffsetPlace, config: ConfigProperties): Promise<OffsetStore> {
    const key = JSON.stringify([place.bootstrapServers, place.topic]);
    let opened = this.#opened.get(key);
    if (opened === undefined) {
      opened = this.#options.open(place, config).catch((error: unknown) => {
        // Whoever asks next tries again.
        this.#opened.delete(key);
        throw error;
      });
      this.#opened.set(key, opened);
    }
    return opened;
  }
}

class OwnOffsets implements OffsetStore {
  readonly #own: () => Promise<OffsetStore>;
  readonly #shared: OffsetStore;

  constructor(own: () => Promise<OffsetStore>, shared: OffsetStore) {
    this.#own = own;
    this.#shared = shared;
  }

  async start(): Promise<void> {
    await this.#own();
  }

  async read(connector: string, partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> {
    const own = await (await this.#own()).read(connector, partitions);
    if (!own.includes(undefined)) return own;
    const shared = await this.#shared.read(connector, partitions);
    return own.map((offset, index) => offset ?? shared[index]);
  }

  async write(connector: string, offsets: readonly OffsetChange[]): Promise<void> {
    const own = await this.#own();
    const removed = offsets.filter(({ offset }) => offset === null);
    if (removed.length > 0) await this.#shared.write(connector, removed);
    await own.write(connector, offsets);
  }

  async all(connector: string): Promise<readonly SourceOffset[]> {
    const own = await this.#own();
    const offsets = [...(await this.#shared.all(connector)), ...(await own.all(connector))];
    return [...new Map(offsets.map((each) => [positionKey(each.partition), each])).values()];
  }

  /** The place belongs to all who are there. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
