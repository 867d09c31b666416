/**
 * What goes on beside produce and fetch while brokers are killed: topics that come and go, offsets that are committed, a log start that
 * moves up.
 *
 * Invariants checked after each restart: what was answered holds; what was asked and not answered may hold or not.
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetCommitRequest,
  createOffsetCommitRequestPartition,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import { EARLIEST, LATEST, waitUntil, type LogProbe } from '@millrace/testing';

const KEPT_TOPICS_MAX = 3;
const PREFIX = 'passing-';

/** Undefined when the connection ended under the work; other failures are thrown. */
async function unlessCut<Result>(probe: LogProbe, work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (probe.wire.isEnded) return undefined;
    throw error;
  }
}

export class PassingTopics {
  readonly #existing: string[] = [];
  #inDoubt: string | undefined;
  #nextNumber = 1;
  /** Answered creations and deletions. */
  doneCount = 0;

  async workUntilCut(probe: LogProbe): Promise<void> {
    while (!probe.wire.isEnded) {
      const oldest = this.#existing.length > KEPT_TOPICS_MAX ? this.#existing[0] : undefined;
      const name = oldest ?? `${PREFIX}${this.#nextNumber++}`;
      this.#inDoubt = name;
      const work = oldest === undefined ? probe.createTopic(name) : probe.deleteTopic(name).then(() => name);
      if ((await unlessCut(probe, work)) === undefined) return;
      this.#inDoubt = undefined;
      this.doneCount++;
      if (oldest === undefined) this.#existing.push(name);
      else this.#existing.shift();
    }
  }

  async verify(probe: LogProbe): Promise<void> {
    const found = new Set((await probe.topics()).map(({ name }) => name).filter((name) => name.startsWith(PREFIX)));
    const doubtful = this.#inDoubt;
    this.#inDoubt = undefined;
    if (doubtful !== undefined) {
      const index = this.#existing.indexOf(doubtful);
      if (found.has(doubtful) && index < 0) this.#existing.push(doubtful);
      if (!found.has(doubtful) && index >= 0) this.#existing.splice(index, 1);
    }
    const [before, after] = [[...this.#existing].sort().join(), [...found].sort().join()];
    if (before !== after) throw new Error(`topics were ${before} and are ${after} (in doubt: ${doubtful ?? 'none'})`);
  }
}

export class CommittedOffset {
  readonly #groupId = 'committer';
  readonly #topic: string;
  #asked = 0;
  /** The last offset whose commit was answered. */
  answered = 0;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** Makes the broker the group's coordinator, which its first client brings about. */
  async findCoordinator(probe: LogProbe): Promise<void> {
    const request = createFindCoordinatorRequest({ key: this.#groupId });
    await waitUntil('the group coordinator', async () => {
      const response = await probe.wire.call(findCoordinatorRequest, findCoordinatorResponse, 3, request);
      return response.errorCode === ErrorCode.NONE;
    });
  }

  async commitUntilCut(probe: LogProbe): Promise<void> {
    while (!probe.wire.isEnded) {
      this.#asked++;
      const partitions = [createOffsetCommitRequestPartition({ committedOffset: BigInt(this.#asked) })];
      const request = createOffsetCommitRequest({
        groupId: this.#groupId,
        generationIdOrMemberEpoch: -1,
        topics: [{ name: this.#topic, topicId: ZERO_UUID, partitions }],
      });
      const response = await unlessCut(probe, probe.wire.call(offsetCommitRequest, offsetCommitResponse, 8, request));
      if (response === undefined) return;
      const errorCode = response.topics[0]?.partitions[0]?.errorCode;
      if (errorCode !== ErrorCode.NONE) throw new Error(`committing offset ${this.#asked}: error ${errorCode}`);
      this.answered = this.#asked;
    }
  }

  async verify(probe: LogProbe): Promise<void> {
    const request = createOffsetFetchRequest({
      groupId: this.#groupId,
      topics: [{ name: this.#topic, partitionIndexes: [0] }],
    });
    const response = await probe.wire.call(offsetFetchRequest, offsetFetchResponse, 7, request);
    const [result] = response.topics[0]?.partitions ?? [];
    const offset = Math.max(0, Number(result?.committedOffset));
    if (response.errorCode !== ErrorCode.NONE || result?.errorCode !== ErrorCode.NONE) {
      throw new Error(`fetching the committed offset: errors ${response.errorCode}, ${result?.errorCode}`);
    }
    if (!(offset >= this.answered && offset <= this.#asked)) {
      throw new Error(`committed offset ${offset} where ${this.answered} to ${this.#asked} was due`);
    }
  }
}

export class MovingLogStart {
  readonly #topic = 'moving-start';
  /** Ends of the log that were answered and asked for, and starts likewise. */
  #answeredEnd = 0;
  #answeredStart = 0;
  #askedStart = 0;
  /** Answered deletions. */
  doneCount = 0;

  async create(probe: LogProbe): Promise<void> {
    await probe.createTopic(this.#topic);
  }

  async deleteUntilCut(probe: LogProbe): Promise<void> {
    while (!probe.wire.isEnded) {
      const base = await unlessCut(probe, probe.appendValues(this.#topic, 0, ['a', 'b', 'c']));
      if (base === undefined) return;
      this.#answeredEnd = base + 3;
      // Now inside a batch, now at the end of the log, whose active segment then goes too.
      this.#askedStart = base + (this.doneCount % 3) + 1;
      const start = await unlessCut(probe, this.#deleteBefore(probe, this.#askedStart));
      if (start === undefined) return;
      if (start !== this.#askedStart)
        throw new Error(`the log start is ${start} after it was set to ${this.#askedStart}`);
      this.#answeredStart = start;
      this.doneCount++;
    }
  }

  async verify(probe: LogProbe): Promise<void> {
    const start = await probe.offsetAt(this.#topic, 0, EARLIEST);
    const end = await probe.offsetAt(this.#topic, 0, LATEST);
    if (start < this.#answeredStart || start > this.#askedStart || end < this.#answeredEnd) {
      const due = `${this.#answeredStart} to ${this.#askedStart}, and the end at least ${this.#answeredEnd}`;
      throw new Error(`the log starts at ${start} and ends at ${end} where the start was due at ${due}`);
    }
  }

  async #deleteBefore(probe: LogProbe, offset: number): Promise<number> {
    const partitions = [{ partitionIndex: 0, offset: BigInt(offset) }];
    const request = createDeleteRecordsRequest({ topics: [{ name: this.#topic, partitions }], timeoutMs: 15_000 });
    const { topics } = await probe.wire.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
    const result = topics[0]?.partitions[0];
    if (result?.errorCode !== ErrorCode.NONE) throw new Error(`deleting before ${offset}: error ${result?.errorCode}`);
    return Number(result.lowWatermark);
  }
}
