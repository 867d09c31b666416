/**
 * The partitions that one fetch, or a fetch session, asks for, and how they learn of news.
 *
 * Owns: the targets, which of them may have news (`news`, in the order to be served), the fetch that waits for them.
 * Invariants: a target without news watches its partition's log, so nothing is missed; a target that was served data goes
 *   behind the others, so none starves; one fetch at most waits on a set.
 * Bounds: work follows the targets with news, not the targets: a consumer of 1,000 quiet partitions costs nothing while it waits;
 *   removing targets is linear in all, and those removed are at most half of the list of news.
 * Not here: reading (../handlers/01-fetch.ts), the life of sessions (../fetch-session/).
 */
import type { PartitionLog } from '@millrace/log';
import type { LogWatch } from './log-watches.ts';

/** Asked for when the client last spoke of the partition. */
export interface FetchPosition {
  readonly offset: number;
  readonly maxBytes: number;
  /** −1 = not checked. */
  readonly currentLeaderEpoch: number;
  /** −1 = not checked. */
  readonly lastFetchedEpoch: number;
}

/** One partition of a set. */
export class FetchTarget {
  readonly set: FetchSet;
  /** Empty when the client names topics by id. */
  readonly topicName: string;
  readonly topicId: string;
  readonly partition: number;
  offset = 0;
  maxBytes = 0;
  currentLeaderEpoch = -1;
  lastFetchedEpoch = -1;
  hasNews = true;
  isRemoved = false;
  /** What the client of an incremental session was told last; −1 = nothing. */
  toldHighWatermark = -1;
  toldLogStartOffset = -1;
  /** Place in the list of those who watch the same log. */
  watch: LogWatch | undefined;
  previousWatcher: FetchTarget | undefined;
  nextWatcher: FetchTarget | undefined;

  constructor(set: FetchSet, topicName: string, topicId: string, partition: number) {
    this.set = set;
    this.topicName = topicName;
    this.topicId = topicId;
    this.partition = partition;
  }

  moveTo(position: FetchPosition): void {
    this.offset = position.offset;
    this.maxBytes = position.maxBytes;
    this.currentLeaderEpoch = position.currentLeaderEpoch;
    this.lastFetchedEpoch = position.lastFetchedEpoch;
    this.set.noteNews(this);
  }

  /** Called by the watched log. */
  logAdvanced(): void {
    this.set.noteNews(this);
    this.set.wake();
  }
}

export class FetchSet {
  readonly usesTopicIds: boolean;
  /** By topic name or id, then by partition. */
  readonly #targets = new Map<string, Map<number, FetchTarget>>();
  /** May hold removed targets until it is read next. */
  #news: FetchTarget[] = [];
  #removedNewsCount = 0;
  #targetCount = 0;
  #onWake: (() => void) | undefined;
  #isWakeScheduled = false;

  constructor(usesTopicIds: boolean) {
    this.usesTopicIds = usesTopicIds;
  }

  get targetCount(): number {
    return this.#targetCount;
  }

  /** Targets that may have news, in the order in which to serve them. */
  get news(): readonly FetchTarget[] {
    this.#dropRemovedNews();
    return this.#news;
  }

  /** Adds the partition, or moves it when it is there. */
  put(topicName: string, topicId: string, partition: number, position: FetchPosition): void {
    const key = this.usesTopicIds ? topicId : topicName;
    let partitions = this.#targets.get(key);
    if (partitions === undefined) {
      partitions = new Map();
      this.#targets.set(key, partitions);
    }
    let target = partitions.get(partition);
    if (target === undefined) {
      target = new FetchTarget(this, topicName, topicId, partition);
      partitions.set(partition, target);
      this.#targetCount++;
      this.#news.push(target);
    }
    target.moveTo(position);
  }

  remove(topicKey: string, partition: number): void {
    const partitions = this.#targets.get(topicKey);
    const target = partitions?.get(partition);
    if (partitions === undefined || target === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) this.#targets.delete(topicKey);
    this.#targetCount--;
    target.isRemoved = true;
    target.watch?.remove(target);
    if (!target.hasNews) return;
    this.#removedNewsCount++;
    // Removed targets are swept out together, before they outnumber the others: the list stays small, removing many cheap.
    if (this.#removedNewsCount * 2 > this.#news.length) this.#dropRemovedNews();
  }

  noteNews(target: FetchTarget): void {
    if (target.hasNews || target.isRemoved) return;
    target.hasNews = true;
    this.#news.push(target);
  }

  /**
   * Takes the list of targets with news in order to serve it. Every target of it must come back through `settle`;
   * until then it counts as having no news, so that an advance in the meantime is noted.
   */
  takeNews(): FetchTarget[] {
    this.#dropRemovedNews();
    const taken = this.#news;
    this.#news = [];
    for (const target of taken) target.hasNews = false;
    return taken;
  }

  /** Gives back served targets: first those that were not reached, last those that got data. */
  settle(unserved: readonly FetchTarget[], served: readonly FetchTarget[]): void {
    const meanwhile = this.#news;
    this.#news = [];
    this.#removedNewsCount = 0;
    for (const list of [unserved, meanwhile, served]) {
      for (const target of list) {
        if (target.isRemoved || (list !== meanwhile && target.hasNews)) continue;
        target.hasNews = true;
        this.#news.push(target);
      }
    }
  }

  /** `onWake` is called once, after the current turn, when a target's log advanced. */
  wait(onWake: () => void): void {
    this.#onWake = onWake;
  }

  /** Tells the waiting fetch, if any, once for all advances of this turn. */
  wake(): void {
    if (this.#onWake === undefined || this.#isWakeScheduled) return;
    this.#isWakeScheduled = true;
    process.nextTick(this.#deliverWake);
  }

  stopWaiting(): void {
    this.#onWake = undefined;
  }

  /** Lets go of every log. */
  close(): void {
    this.#onWake = undefined;
    for (const partitions of this.#targets.values()) {
      for (const target of partitions.values()) target.watch?.remove(target);
    }
  }

  #dropRemovedNews(): void {
    if (this.#removedNewsCount === 0) return;
    this.#news = this.#news.filter(({ isRemoved }) => !isRemoved);
    this.#removedNewsCount = 0;
  }

  readonly #deliverWake = (): void => {
    this.#isWakeScheduled = false;
    this.#onWake?.();
  };
}

/** What a target needs to watch a log. */
export type WatchableLog = Pick<PartitionLog, 'onAdvance' | 'leaderEpoch'>;
