/** Looks a group's offsets up again and again while a round runs, with the names of the transactions that committed them. */
import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetFetchRequest,
  createOffsetFetchRequestTopic,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import type { HistoryRecorder } from '@millrace/testing';
import type { SteadyWire } from './steady-wire.ts';

const OFFSET_FETCH_VERSION = 7;
const PERIOD_MS = 150;

export interface ObservedGroup {
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
}

export class GroupObserver {
  readonly #wire: SteadyWire;
  readonly #history: HistoryRecorder;
  readonly #group: ObservedGroup;
  /** What the last answers said, by partition; only changes are told. */
  readonly #offsets: number[];
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(wire: SteadyWire, history: HistoryRecorder, group: ObservedGroup) {
    this.#wire = wire;
    this.#history = history;
    this.#group = group;
    this.#offsets = Array.from({ length: group.partitions }, () => -1);
  }

  get offsets(): readonly number[] {
    return this.#offsets;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Tells what is left, once no transaction holds an offset back; false while one does, or nothing answers. */
  async recordFinal(): Promise<boolean> {
    try {
      return await this.#look(true);
    } catch {
      return false;
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#look(false).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  }

  async #look(isFinal: boolean): Promise<boolean> {
    const { group, topic, partitions } = this.#group;
    const partitionIndexes = Array.from({ length: partitions }, (_, partition) => partition);
    const request = createOffsetFetchRequest({
      groupId: group,
      topics: [createOffsetFetchRequestTopic({ name: topic, partitionIndexes })],
      requireStable: isFinal,
    });
    const since = Date.now();
    const answer = await this.#wire.call(offsetFetchRequest, offsetFetchResponse, OFFSET_FETCH_VERSION, request);
    const found = answer.topics.flatMap((one) => one.partitions);
    const isGood = answer.errorCode === ErrorCode.NONE && found.every((one) => one.errorCode === ErrorCode.NONE);
    if (!isGood || found.length !== partitions) return false;
    for (const { partitionIndex: partition, committedOffset, metadata } of found) {
      const offset = Number(committedOffset);
      const isNews = offset !== this.#offsets[partition];
      this.#offsets[partition] = offset;
      if (!isNews && !isFinal) continue;
      const of = metadata === null || metadata === '' ? {} : { transaction: metadata };
      const last = isFinal ? { isFinal } : {};
      this.#history.record({ type: 'group-offset', group, topic, partition, offset, since, ...of, ...last });
    }
    return true;
  }
}
