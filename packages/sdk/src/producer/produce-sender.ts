/**
 * From full batches to answers: which broker gets what, and what becomes of batches that are refused or lost.
 *
 * Owns: requests on their way, retries, and the time by which each batch is decided.
 * Invariants: a batch is delivered once, or its senders are told that it was not, or that nobody knows. Each partition's order is kept
 *   (see ./partition-queue.ts). Partitions of one broker take turns.
 * Bounds: `IN_FLIGHT_MAX` requests to a broker, one until it has answered; a request holds one batch of each partition and `requestBytes`,
 *   or one larger batch.
 * Not here: filling batches (./record-accumulator.ts), identities and transactions (`Numbering`).
 */
import { messageOf, ZERO_UUID, type Timer } from '@millrace/base';
import { ErrorCode, errorByCode } from '@millrace/protocol';
import {
  produceRequest,
  produceResponse,
  type ProduceRequest,
  type ProduceResponse,
  type ProduceResponsePartitionProduceResponse,
} from '@millrace/protocol/messages/00-produce';
import { backoffMs } from '../cluster/retry.ts';
import { brokerError, DeliveryError, KafkaError, TimeoutError } from '../error.ts';
import type { Answer, Api } from '../network/api.ts';
import { Fifo } from './fifo.ts';
import type { Numbering } from './numbering.ts';
import type { ProducerSettings } from './options.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { NEVER_SENT, NO_SEQUENCE_YET, type ProducerBatch } from './producer-batch.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { splitBatch } from './split-batch.ts';
import type { RecordAccumulator } from './record-accumulator.ts';
import type { TopicQueues } from './topic-queues.ts';

/** Requests on their way to one broker. */
export const IN_FLIGHT_MAX = 5;
/** Newest version that names topics. */
const NAMED_TOPICS_VERSION_MAX = 12;
/** Compression of larger batches is done off the event loop. */
const SYNC_COMPRESSION_BYTES_MAX = 64 * 1024;
/** lz4 is never off it: larger batches are compressed with pauses. */
const SYNC_LZ4_BYTES_MAX = 1024 * 1024;

const PRODUCE: Api<ProduceRequest, ProduceResponse> = { request: produceRequest, response: produceResponse };

interface Node {
  readonly nodeId: number;
  inFlight: number;
  /** Whether its connection has answered: until then one request at a time, since order is made by the connection. */
  isProven: boolean;
  /** A quota asks to hold back until then (KIP-219). */
  mutedUntilMs: number;
  readonly ready: Fifo<PartitionQueue>;
}

interface Flight {
  readonly node: Node;
  readonly parts: readonly { readonly queue: PartitionQueue; readonly batch: ProducerBatch }[];
}

export interface SenderOptions {
  readonly cluster: ProducerCluster;
  readonly settings: ProducerSettings;
  readonly accumulator: RecordAccumulator;
  readonly numbering: Numbering | undefined;
  readonly topics: ReadonlyMap<string, TopicQueues>;
}

export class ProduceSender {
  readonly #cluster: ProducerCluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: RecordAccumulator;
  readonly #numbering: Numbering | undefined;
  readonly #topics: ReadonlyMap<string, TopicQueues>;
  readonly #nodes = new Map<number, Node>();
  /** Batches that are not decided, oldest first. */
  readonly #undecided = new Map<ProducerBatch, PartitionQueue>();
  readonly #leaderless = new Set<PartitionQueue>();
  readonly #idleWaiters: (() => void)[] = [];
  #flightCount = 0;
  #deadlineTimer: Timer | undefined;
  #isClosed = false;

  constructor(options: SenderOptions) {
    this.#cluster = options.cluster;
    this.#settings = options.settings;
    this.#accumulator = options.accumulator;
    this.#numbering = options.numbering;
    this.#topics = options.topics;
  }

  /** Batches that are not decided. */
  get undecidedCount(): number {
    return this.#undecided.size;
  }

  undecided(): ProducerBatch[] {
    return [...this.#undecided.keys()];
  }

  /** Queues that hold an undecided batch. */
  busyQueues(): Set<PartitionQueue> {
    return new Set(this.#undecided.values());
  }

  onOpened(queue: PartitionQueue, batch: ProducerBatch): void {
    this.#undecided.set(batch, queue);
    this.#deadlineTimer ??= this.#cluster.runtime.timers.schedule(this.#settings.deliveryTimeoutMs, () =>
      this.#expire(),
    );
  }

  onClosed(queue: PartitionQueue, batch: ProducerBatch): void {
    this.#finish(queue, batch);
    this.resume(queue);
  }

  onDue(queues: readonly PartitionQueue[]): void {
    for (const queue of queues) this.#list(queue);
    this.drain();
  }

  /** Looks at the queue again. */
  resume(queue: PartitionQueue): void {
    this.#list(queue);
    this.drain();
  }

  /** Partitions have other leaders. */
  onMoved(queues: readonly PartitionQueue[]): void {
    for (const queue of queues) if (queue.hasWork) this.#list(queue);
    this.drain();
  }

  /** Sends what may be sent. */
  drain(): void {
    if (this.#isClosed) return;
    for (const node of this.#nodes.values()) {
      if (node.ready.length > 0) this.#drainNode(node);
    }
  }

  /** Gives up every batch that is not on the wire. */
  giveUpWaiting(error: KafkaError): void {
    for (const [batch, queue] of [...this.#undecided]) {
      if (queue.waitingBatches().includes(batch)) this.#giveUp(queue, batch, error);
    }
  }

  /** Tells all senders that their records are given up, wherever they are. */
  giveUpAll(error: KafkaError): void {
    for (const [batch, queue] of [...this.#undecided]) this.#giveUpAnywhere(queue, batch, error);
  }

  /** Resolves when nothing is on the wire. */
  async whenIdle(): Promise<void> {
    if (this.#flightCount > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#deadlineTimer?.cancel();
    for (const topic of this.#topics.values()) for (const queue of topic.queues) queue.retryTimer?.cancel();
  }

  #list(queue: PartitionQueue): void {
    if (queue.isListed || this.#isClosed) return;
    if (queue.leaderId < 0) {
      this.#awaitLeader(queue);
      return;
    }
    queue.isListed = true;
    this.#node(queue.leaderId).ready.push(queue);
  }

  #node(nodeId: number): Node {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      node = { nodeId, inFlight: 0, isProven: false, mutedUntilMs: 0, ready: new Fifo() };
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  #awaitLeader(queue: PartitionQueue): void {
    if (this.#leaderless.has(queue)) return;
    this.#leaderless.add(queue);
    void this.#cluster.invalidate(queue.topic).then(() => {
      this.#leaderless.delete(queue);
      if (queue.hasWork) this.resume(queue);
    });
  }

  #drainNode(node: Node): void {
    const nowMs = this.#cluster.runtime.clock.monotonicMs();
    if (node.mutedUntilMs > nowMs) return;
    while (node.inFlight < (node.isProven ? IN_FLIGHT_MAX : 1) && node.ready.length > 0) {
      const parts = this.#collect(node, nowMs);
      if (parts.length === 0) return;
      this.#send({ node, parts });
    }
  }

  /** The batches of one request; one of each queue, which then goes to the end of the line. */
  #collect(node: Node, nowMs: number): Flight['parts'] {
    const parts: { queue: PartitionQueue; batch: ProducerBatch }[] = [];
    const rest: PartitionQueue[] = [];
    let bytes = 0;
    for (let left = node.ready.length; left > 0; left--) {
      const queue = node.ready.shift();
      if (queue === undefined) break;
      queue.isListed = false;
      if (queue.leaderId !== node.nodeId) {
        this.#list(queue);
        continue;
      }
      if (!this.#mayStart(queue, nowMs)) continue;
      const size = queue.first?.sizeInBytes ?? 0;
      if (bytes > 0 && bytes + size > this.#settings.requestBytes) {
        rest.unshift(queue);
        break;
      }
      const batch = queue.start();
      if (batch === undefined) continue;
      parts.push({ queue, batch });
      bytes += size;
      if (queue.hasWork) rest.push(queue);
    }
    for (const queue of rest) this.#list(queue);
    return parts;
  }

  /** Whether the queue's first batch may go now; closes the open batch for it when that is due. */
  #mayStart(queue: PartitionQueue, nowMs: number): boolean {
    if (this.#numbering?.prepare(queue, () => this.resume(queue)) === false) return false;
    if (queue.first === undefined) {
      const { open } = queue;
      if (open === undefined || !queue.isDue || !queue.mayStartBatch()) return false;
      queue.lastBatchBytes = open.sizeInBytes;
      queue.close();
      this.#finish(queue, open);
    }
    const { first } = queue;
    if (first === undefined || !first.isFinished) return false;
    if (first.retryAtMs > nowMs) this.#wake(queue, first.retryAtMs - nowMs);
    return queue.mayStart(nowMs);
  }

  /** Looks at the queue again later. */
  #wake(queue: PartitionQueue, delayMs: number): void {
    queue.retryTimer?.cancel();
    queue.retryTimer = this.#cluster.runtime.timers.schedule(Math.ceil(delayMs), () => {
      queue.retryTimer = undefined;
      this.resume(queue);
    });
  }

  /** Completes the batch's bytes: at once, or after compression, when the queue is looked at again. */
  #finish(queue: PartitionQueue, batch: ProducerBatch): void {
    const { codec, level } = this.#settings;
    const options = { codec, withoutCrc: this.#numbering !== undefined, ...(level === undefined ? {} : { level }) };
    const onFailure = (cause: unknown): void => {
      const message = `compressing records for topic "${batch.topic}" failed: ${messageOf(cause)}`;
      const details = { topic: batch.topic, codec };
      this.#giveUp(queue, batch, new KafkaError('MILLRACE_CLIENT_ENCODE', message, { cause, details }));
    };
    const syncBytesMax = codec === 'lz4' ? SYNC_LZ4_BYTES_MAX : SYNC_COMPRESSION_BYTES_MAX;
    if (codec === 'none' || batch.sizeInBytes <= syncBytesMax) {
      try {
        batch.finish(options);
      } catch (cause) {
        onFailure(cause);
      }
      return;
    }
    void batch
      .finishAsync(options)
      .catch(onFailure)
      .then(() => this.resume(queue));
  }

  #send(flight: Flight): void {
    const { acks, requestTimeoutMs } = this.#settings;
    let versionMax = this.#numbering?.produceVersionMax;
    for (const { queue, batch } of flight.parts) {
      this.#stamp(queue, batch);
      batch.attempts++;
      if (this.#topics.get(queue.topic)?.topicId === ZERO_UUID) {
        versionMax = Math.min(versionMax ?? NAMED_TOPICS_VERSION_MAX, NAMED_TOPICS_VERSION_MAX);
      }
    }
    const request: ProduceRequest = {
      transactionalId: this.#numbering?.transactionalId ?? null,
      acks,
      timeoutMs: requestTimeoutMs,
      topicData: this.#topicData(flight),
    };
    const options = { lane: 'produce' as const, timeoutMs: requestTimeoutMs, versionMax };
    const { nodeId } = flight.node;
    flight.node.inFlight++;
    this.#flightCount++;
    if (acks === 0) {
      this.#cluster.sendWithoutAnswer(nodeId, PRODUCE, request, options).then(
        () => this.#onHandedOver(flight),
        (error: unknown) => this.#onLost(flight, error),
      );
      return;
    }
    this.#cluster.sendTo(nodeId, PRODUCE, request, options).then(
      (answer) => this.#onAnswer(flight, answer),
      (error: unknown) => this.#onLost(flight, error),
    );
  }

  #stamp(queue: PartitionQueue, batch: ProducerBatch): void {
    if (this.#numbering === undefined) return;
    const { sequences } = queue;
    if (batch.baseSequence === NO_SEQUENCE_YET) batch.setSequence(sequences.take(batch.recordCount));
    const { producerId, producerEpoch } = sequences.identity;
    batch.stamp(producerId, producerEpoch, this.#numbering.transactionalId !== null);
  }

  #topicData({ parts }: Flight): ProduceRequest['topicData'] {
    const byTopic = new Map<string, { index: number; records: Buffer }[]>();
    for (const { queue, batch } of parts) {
      const partition = { index: queue.partition, records: batch.bytes };
      const partitions = byTopic.get(queue.topic);
      if (partitions === undefined) byTopic.set(queue.topic, [partition]);
      else partitions.push(partition);
    }
    return Array.from(byTopic, ([name, partitionData]) => ({
      name,
      topicId: this.#topics.get(name)?.topicId ?? ZERO_UUID,
      partitionData,
    }));
  }

  /** Without acknowledgements a batch is done when the connection has it. */
  #onHandedOver(flight: Flight): void {
    flight.node.isProven = true;
    for (const { queue, batch } of flight.parts) {
      // The socket may still hold the bytes.
      batch.isMaybeWritten = true;
      this.#succeed(flight, queue, batch, -1, -1);
    }
    this.#land(flight);
  }

  #onAnswer(flight: Flight, { response }: Answer<ProduceResponse>): void {
    const { node, parts } = flight;
    node.isProven = true;
    if (response.throttleTimeMs > 0) this.#mute(node, response.throttleTimeMs);
    const results = this.#resultsByTopic(response);
    for (const { queue, batch } of parts) {
      const topic = this.#topics.get(queue.topic);
      const result = (results.get(queue.topic) ?? results.get(topic?.topicId ?? ''))?.get(queue.partition);
      if (result === undefined) {
        const message = `broker ${node.nodeId} answered Produce without ${queue.topic}[${queue.partition}]`;
        batch.isMaybeWritten = true;
        this.#retry(
          flight,
          queue,
          batch,
          new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { retriable: true }),
        );
      } else if (result.errorCode === ErrorCode.NONE) {
        this.#succeed(flight, queue, batch, Number(result.baseOffset), Number(result.logAppendTimeMs));
      } else {
        this.#onRefused(flight, queue, batch, result, response);
      }
    }
    this.#land(flight);
  }

  #resultsByTopic(response: ProduceResponse): Map<string, Map<number, ProduceResponsePartitionProduceResponse>> {
    const results = new Map<string, Map<number, ProduceResponsePartitionProduceResponse>>();
    for (const { name, topicId, partitionResponses } of response.responses) {
      const byPartition = new Map(partitionResponses.map((result) => [result.index, result]));
      results.set(name === '' ? topicId : name, byPartition);
    }
    return results;
  }

  /** The request is over: its queues may go on. */
  #land(flight: Flight): void {
    flight.node.inFlight--;
    this.#flightCount--;
    for (const { queue } of flight.parts) if (queue.hasWork) this.#list(queue);
    this.drain();
    if (this.#flightCount === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #onLost(flight: Flight, error: unknown): void {
    const { node, parts } = flight;
    node.isProven = false;
    for (const { queue, batch } of parts) {
      const isKafkaError = KafkaError.is(error);
      if (!isKafkaError || error.code !== 'MILLRACE_CLIENT_CONNECT') batch.isMaybeWritten = true;
      if (isKafkaError && error.retriable) {
        this.#retry(flight, queue, batch, error);
        void this.#cluster.invalidate(queue.topic);
      } else {
        const unexpected = new KafkaError(
          'MILLRACE_CLIENT_INVALID_ANSWER',
          `sending records failed: ${messageOf(error)}`,
          { cause: error },
        );
        this.#giveUp(queue, batch, isKafkaError ? error : unexpected, node.nodeId);
      }
    }
    this.#land(flight);
  }

  #onRefused(
    flight: Flight,
    queue: PartitionQueue,
    batch: ProducerBatch,
    result: ProduceResponsePartitionProduceResponse,
    response: ProduceResponse,
  ): void {
    const { code, retriable, refreshMetadata } = errorByCode(result.errorCode);
    // The broker knows the batch from before, but not any more where it is.
    if (code === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
      this.#succeed(flight, queue, batch, -1, -1);
      return;
    }
    const words = result.recordErrors.find(
      ({ batchIndexErrorMessage }) => batchIndexErrorMessage !== null,
    )?.batchIndexErrorMessage;
    const where = { topic: queue.topic, partition: queue.partition };
    const error = brokerError('producing', result.errorCode, result.errorMessage ?? words ?? null, where);
    if (isTooLarge(code) && batch.recordCount > 1 && !batch.isSettled) {
      this.#split(queue, batch);
      return;
    }
    if (MAYBE_WRITTEN.has(code)) batch.isMaybeWritten = true;
    const logStartOffset = Number(result.logStartOffset);
    queue.finish(batch);
    const verdict = this.#numbering?.judge({ queue, batch, errorCode: code, logStartOffset });
    if (verdict === 'give-up' || (verdict === undefined && !retriable)) {
      this.#giveUp(queue, batch, error, flight.node.nodeId);
      return;
    }
    // A gap that an older batch fills needs no wait: this one goes when that one is answered.
    this.#retry(flight, queue, batch, error, verdict !== 'again' || !queue.hasOlder(batch));
    if (verdict === undefined && refreshMetadata) this.#followLeader(flight, queue, batch, result, response);
  }

  /** Takes the broker's hint at the new leader (KIP-951), to whom the batch goes at once, or has metadata refreshed. */
  #followLeader(
    { node }: Flight,
    queue: PartitionQueue,
    batch: ProducerBatch,
    { currentLeader: { leaderId, leaderEpoch } }: ProduceResponsePartitionProduceResponse,
    { nodeEndpoints }: ProduceResponse,
  ): void {
    if (leaderId >= 0) {
      this.#cluster.applyLeaderHint(queue.topic, queue.partition, leaderId, leaderEpoch, nodeEndpoints);
    }
    if (queue.leaderId !== node.nodeId && queue.leaderId >= 0) batch.retryAtMs = 0;
    else void this.#cluster.invalidate(queue.topic);
  }

  #retry(flight: Flight, queue: PartitionQueue, batch: ProducerBatch, error: KafkaError, mustWait = true): void {
    const { clock, random } = this.#cluster.runtime;
    const nowMs = clock.monotonicMs();
    queue.finish(batch);
    batch.lastError = error;
    this.#publish(batch, flight.node.nodeId, error.kafkaCode ?? error.code, -1);
    if (batch.isSettled || nowMs >= batch.deadlineMs || this.#isClosed) {
      this.#giveUp(queue, batch, error, flight.node.nodeId);
      return;
    }
    batch.retryAtMs = mustWait ? nowMs + backoffMs(random, batch.attempts) : 0;
    queue.requeue(batch);
  }

  #split(queue: PartitionQueue, batch: ProducerBatch): void {
    const topic = this.#topics.get(queue.topic);
    const { parts, partBytesMax } = splitBatch(batch, (capacityBytes) =>
      this.#accumulator.partOf(batch, capacityBytes),
    );
    if (topic !== undefined) topic.batchBytesMax = Math.min(topic.batchBytesMax, partBytesMax);
    queue.finish(batch);
    queue.numberParts(batch, parts);
    queue.requeue(...parts);
    this.#undecided.delete(batch);
    for (const part of parts) {
      this.#undecided.set(part, queue);
      this.#finish(queue, part);
    }
    batch.release();
  }

  #succeed(
    { node }: Flight,
    queue: PartitionQueue,
    batch: ProducerBatch,
    baseOffset: number,
    logAppendTime: number,
  ): void {
    queue.finish(batch);
    if (this.#numbering !== undefined) queue.sequences.acknowledge(batch.baseSequence, batch.recordCount);
    if (!batch.isSettled) {
      this.#publish(batch, node.nodeId, undefined, baseOffset);
      batch.succeed(baseOffset, logAppendTime);
      this.#decided(batch);
    }
    this.#release(queue, batch);
  }

  /** Takes the batch out for good and tells its senders, unless they were told. */
  #giveUp(queue: PartitionQueue, batch: ProducerBatch, cause: KafkaError, nodeId = queue.leaderId): void {
    queue.finish(batch);
    queue.drop(batch);
    if (batch.order !== NEVER_SENT && this.#numbering !== undefined) queue.noteLoss();
    this.#tellGivenUp(batch, cause, nodeId);
    this.#release(queue, batch);
  }

  /** Like `#giveUp`; a batch on the wire stays there until it is answered, so that its numbers are decided. */
  #giveUpAnywhere(queue: PartitionQueue, batch: ProducerBatch, cause: KafkaError): void {
    if (!queue.isOnWire(batch)) {
      this.#giveUp(queue, batch, cause);
      return;
    }
    batch.isMaybeWritten = true;
    if (this.#numbering !== undefined) queue.noteLoss();
    this.#tellGivenUp(batch, cause, queue.leaderId);
  }

  #tellGivenUp(batch: ProducerBatch, cause: KafkaError, nodeId: number): void {
    if (batch.isSettled) return;
    const error = deliveryError(batch, cause);
    this.#publish(batch, nodeId, cause.kafkaCode ?? cause.code, -1);
    batch.fail(error);
    this.#numbering?.onGivenUp(batch, cause);
    this.#decided(batch);
  }

  #decided(batch: ProducerBatch): void {
    this.#undecided.delete(batch);
    if (this.#undecided.size === 0) {
      this.#deadlineTimer?.cancel();
      this.#deadlineTimer = undefined;
    }
    const { onDelivery } = this.#settings;
    if (onDelivery === undefined) return;
    try {
      onDelivery(batch.delivery());
    } catch (error) {
      // The caller's mistake: it is shown as such and must not stop the sending.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #release(queue: PartitionQueue, batch: ProducerBatch): void {
    batch.release();
    const { heldBytes } = batch;
    batch.heldBytes = 0;
    queue.queuedBytes -= heldBytes;
    this.#accumulator.budget.give(heldBytes);
  }

  /** Gives up what has been undelivered for too long. */
  #expire(): void {
    const { clock, timers } = this.#cluster.runtime;
    const nowMs = clock.monotonicMs();
    this.#deadlineTimer = undefined;
    let nextMs = Infinity;
    for (const [batch, queue] of [...this.#undecided]) {
      if (batch.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, batch.deadlineMs);
        continue;
      }
      const last = batch.lastError === undefined ? '' : `: ${batch.lastError.message}`;
      const message = `not delivered within ${this.#settings.deliveryTimeoutMs} ms (deliveryTimeoutMs)${last}`;
      this.#giveUpAnywhere(queue, batch, new TimeoutError(message, { cause: batch.lastError }));
      if (queue.hasWork) this.#list(queue);
    }
    if (nextMs < Infinity) this.#deadlineTimer ??= timers.schedule(Math.ceil(nextMs - nowMs), () => this.#expire());
    this.drain();
  }

  #mute(node: Node, throttleTimeMs: number): void {
    const { clock, timers } = this.#cluster.runtime;
    node.mutedUntilMs = clock.monotonicMs() + throttleTimeMs;
    timers.schedule(throttleTimeMs, () => this.drain());
  }

  #publish(batch: ProducerBatch, nodeId: number, errorCode: string | undefined, baseOffset: number): void {
    const { clock, events } = this.#cluster.runtime;
    if (!events.produceBatch.hasSubscribers) return;
    events.produceBatch.publish({
      clientId: this.#cluster.clientId,
      topic: batch.topic,
      partition: batch.partition,
      nodeId,
      recordCount: batch.recordCount,
      bytes: batch.sizeInBytes,
      attempt: batch.attempts,
      durationMs: clock.monotonicMs() - batch.createdMs,
      baseOffset,
      ...(errorCode === undefined ? {} : { errorCode }),
    });
  }
}

/** The broker may have appended the batch although it says this. */
const MAYBE_WRITTEN: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.UNKNOWN_SERVER_ERROR,
  ErrorCode.KAFKA_STORAGE_ERROR,
]);

function isTooLarge(code: ErrorCode): boolean {
  return code === ErrorCode.MESSAGE_TOO_LARGE || code === ErrorCode.RECORD_LIST_TOO_LARGE;
}

function deliveryError(batch: ProducerBatch, cause: KafkaError): KafkaError {
  const { topic, partition, recordCount, attempts } = batch;
  const outcome = batch.isMaybeWritten ? 'unknown' : 'not-written';
  const known = batch.isMaybeWritten ? 'they may have been written' : 'they were not written';
  const message = `${recordCount} records for ${topic}[${partition}] were given up after ${attempts} attempts, ${known}: ${cause.message}`;
  return new DeliveryError(message, {
    cause,
    outcome,
    retriable: cause.retriable,
    fatal: cause.fatal,
    needsAbort: cause.needsAbort,
    kafkaCode: cause.kafkaCode,
    details: { topic, partition, recordCount, attempts, outcome },
  });
}
