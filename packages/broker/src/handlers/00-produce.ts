/**
 * Produce 0–13: appends record batches; 0–2 are advertised for old librdkafka and close the connection, as in Kafka.
 *
 * v5+: log start offset. v7+: zstd. v8+: record errors and messages. v10+: the current leader in tags (KIP-951).
 * v11+: TRANSACTION_ABORTABLE. v12+: writing makes a partition part of the transaction (KIP-890). v13+: topic ids.
 * acks=1 means all; acks=0 gets no answer, an error ends its connection, and its request counts as in work until it is durable.
 * Compressed batches are opened and judged first, at once or off the event loop (../produce/batch-preparation.ts).
 * Batches of transactions ask their coordinator first (../produce/transaction-admission.ts).
 * Differs from Apache Kafka: null records are INVALID_RECORD (Kafka never answers). Pinned by test/00-produce.itest.ts,
 * test/produce-compressed.itest.ts and test/transactions.itest.ts.
 */
import type { CompressionCodec } from '@millrace/compression';
import type { AppendOptions, AppendOutcome, PartitionLog } from '@millrace/log';
import { BATCH_HEADER_SIZE_BYTES, batchAttributes, codecOf, ErrorCode, type BatchVerdict } from '@millrace/protocol';
import {
  createProduceResponseLeaderIdAndEpoch,
  produceRequest,
  produceResponse,
  type ProduceRequest,
  type ProduceResponse,
} from '@millrace/protocol/messages/00-produce';
import type { TopicSettings } from '../config/topic-config.ts';
import { endpointOf, type NodeEndpoint } from '../partitions/endpoints.ts';
import { isToBeOpened } from '../produce/batch-preparation.ts';
import { codecToRepackWith } from '../produce/repack.ts';
import { TransactionAdmission, transactionalRequestProblem, type Candidate } from '../produce/transaction-admission.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import { closeConnection, defineHandler, noResponse, type HandlerResult, type RequestContext } from './handler.ts';

const ZSTD_VERSION = 7;
const LEADER_TAG_VERSION = 10;
const TOPIC_ID_VERSION = 13;
/** Produces of one connection that may wait for the disk together. */
const OVERLAP_MAX = 256;

type PartitionResult = ProduceResponse['responses'][number]['partitionResponses'][number];

const SEQUENCE_ERRORS: ReadonlySet<number> = new Set([
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
]);

const NO_RECORD_ERRORS: readonly never[] = [];
const NO_LEADER = createProduceResponseLeaderIdAndEpoch();
const CLIENT: AppendOptions = { origin: 'client' };

export const produceHandler = defineHandler<ProduceRequest, ProduceResponse>({
  request: produceRequest,
  response: produceResponse,
  minVersion: 0,
  maxVersion: 13,
  overlapMax: OVERLAP_MAX,
  releasesFrame: true,
  handle(context, request) {
    const refusal = refuseWhole(request);
    if (refusal !== undefined) return request.acks === 0 ? closeConnection : refusal;
    const room = context.services.engine.waitForRoom();
    if (room !== undefined) return waitForRoom(context, request, room);
    return new ProduceRun(context, request).start();
  },
  failure: (request, errorCode) => failWhole(request, errorCode, null),
});

/** Memory is short: the appends come later, in the order of the requests, since all wait for the same promises. */
async function waitForRoom(
  context: RequestContext,
  request: ProduceRequest,
  room: Promise<void>,
): Promise<HandlerResult<ProduceResponse>> {
  for (let next: Promise<void> | undefined = room; next !== undefined; next = context.services.engine.waitForRoom()) {
    await next;
  }
  return new ProduceRun(context, request).start();
}

function refuseWhole(request: ProduceRequest): ProduceResponse | undefined {
  if (request.acks < -1 || request.acks > 1) {
    return failWhole(request, ErrorCode.INVALID_REQUIRED_ACKS, `acks is ${request.acks}; it can be -1, 0 or 1`);
  }
  const errorCode = transactionalRequestProblem(request);
  if (errorCode === ErrorCode.NONE) return undefined;
  const reason =
    errorCode === ErrorCode.INVALID_PRODUCER_ID_MAPPING
      ? 'the batches of one transactional request are of several producers'
      : 'a batch is of a transaction, but the request names no transactional id';
  return failWhole(request, errorCode, reason);
}

function failWhole(request: ProduceRequest, errorCode: number, errorMessage: string | null): ProduceResponse {
  return {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => failed(index, errorCode, errorMessage)),
    })),
    throttleTimeMs: 0,
    nodeEndpoints: [],
  };
}

/** One request on its way: appends at once, then waits for its groups. */
class ProduceRun {
  readonly #services: BrokerServices;
  readonly #context: RequestContext;
  readonly #request: ProduceRequest;
  readonly #response: ProduceResponse;
  readonly #endpoints: NodeEndpoint[] = [];
  /** Accepted batches, and what they wait for; the promises repeat, as batches share groups. */
  readonly #accepted: PartitionResult[] = [];
  readonly #answers: Promise<number>[] = [];
  /** Batches that are being opened or repacked, or wait for such before them. */
  readonly #preparing: Promise<void>[] = [];
  readonly #admission: TransactionAdmission | undefined;
  #hasFailed = false;

  constructor(context: RequestContext, request: ProduceRequest) {
    this.#services = context.services;
    this.#context = context;
    this.#request = request;
    this.#admission = request.transactionalId === null ? undefined : this.#askForAll(request.transactionalId);
    const responses: { name: string; topicId: string; partitionResponses: PartitionResult[] }[] = [];
    for (const { name, topicId, partitionData } of request.topicData) {
      const partitionResponses: PartitionResult[] = [];
      for (const { index, records } of partitionData) {
        const batch = Buffer.isBuffer(records) ? records : null;
        partitionResponses.push(this.#append(name, topicId, index, batch));
      }
      responses.push({ name, topicId, partitionResponses });
    }
    this.#response = { responses, throttleTimeMs: 0, nodeEndpoints: this.#endpoints };
    this.#admission?.endTurn();
  }

  start(): HandlerResult<ProduceResponse> | Promise<HandlerResult<ProduceResponse>> {
    return this.#preparing.length === 0 ? this.#whenDurable() : this.#whenPrepared();
  }

  async #whenPrepared(): Promise<HandlerResult<ProduceResponse>> {
    // All of them, also after one that failed: until then their bytes are in use.
    for (const outcome of await Promise.allSettled(this.#preparing)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    return this.#whenDurable();
  }

  #append(name: string, topicId: string, index: number, batch: Buffer | null): PartitionResult {
    const location = this.#locate(name, topicId, index);
    if (location.kind !== 'owned') return this.#misdirected(location, topicId, index);
    const { topic, log } = location;
    if (topic.isInternal) {
      return this.#refuse(index, ErrorCode.INVALID_TOPIC_EXCEPTION, `topic ${topic.name} is the broker's own`);
    }
    if (batch === null) {
      return this.#refuse(index, ErrorCode.INVALID_RECORD, 'the records field is null; it must hold one record batch');
    }
    if (this.#context.apiVersion < ZSTD_VERSION && isZstd(batch)) {
      return this.#refuse(index, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'zstd needs Produce version 7 or newer');
    }
    const settings = this.#services.dataPath.topicSettings.of(topic);
    const { preparation } = this.#services.dataPath;
    const codec = codecToRepackWith(batch, settings.compressionType);
    if (codec !== undefined || preparation.isBusy(log)) {
      return this.#appendLater(topic.name, index, log, batch, codec, settings);
    }
    if (!isToBeOpened(batch, settings)) {
      return this.#appendNow(succeeded(index), topic.name, batch.length, log, batch, undefined);
    }
    const verdict = preparation.judgeNow(batch, settings);
    if (verdict === undefined) return this.#appendLater(topic.name, index, log, batch, codec, settings);
    return this.#appendNow(succeeded(index), topic.name, batch.length, log, batch, verdict);
  }

  #locate(name: string, topicId: string, index: number): PartitionLocation {
    const { partitions } = this.#services;
    const isById = this.#context.apiVersion >= TOPIC_ID_VERSION;
    return isById ? partitions.locateById(topicId, index) : partitions.locateByName(name, index);
  }

  /** Asks the transaction coordinator for every partition of the request together. */
  #askForAll(transactionalId: string): TransactionAdmission {
    const admission = new TransactionAdmission(this.#services, transactionalId, this.#context.apiVersion);
    const candidates: Candidate[] = [];
    for (const { name, topicId, partitionData } of this.#request.topicData) {
      for (const { index, records } of partitionData) {
        const location = this.#locate(name, topicId, index);
        if (location.kind !== 'owned' || location.topic.isInternal || !Buffer.isBuffer(records)) continue;
        const place = { topic: location.topic.name, partition: index };
        candidates.push({ log: location.log, place, batch: records });
      }
    }
    admission.ask(candidates);
    return admission;
  }

  #appendLater(
    topicName: string,
    index: number,
    log: PartitionLog,
    batch: Buffer,
    codec: CompressionCodec | undefined,
    settings: TopicSettings,
  ): PartitionResult {
    const result = succeeded(index);
    const { preparation } = this.#services.dataPath;
    const appended = preparation.queue(log, batch, settings, codec, (prepared) => {
      this.#appendNow(result, topicName, batch.length, log, prepared.batch, prepared.verdict);
    });
    this.#preparing.push(appended);
    return result;
  }

  /** `sizeBytes`: as the client sent it. */
  #appendNow(
    result: PartitionResult,
    topicName: string,
    sizeBytes: number,
    log: PartitionLog,
    batch: Buffer,
    verdict: BatchVerdict | undefined,
  ): PartitionResult {
    if (this.#admission !== undefined) {
      const candidate = { log, place: { topic: topicName, partition: result.index }, batch };
      return this.#appendAdmitted(this.#admission, result, candidate, sizeBytes, verdict);
    }
    const options: AppendOptions = verdict === undefined ? CLIENT : { origin: 'client', verdict };
    return this.#take(result, topicName, sizeBytes, log, log.append(batch, options));
  }

  #appendAdmitted(
    admission: TransactionAdmission,
    result: PartitionResult,
    candidate: Candidate,
    sizeBytes: number,
    verdict: BatchVerdict | undefined,
  ): PartitionResult {
    const { log, place, batch } = candidate;
    const { errorCode, errorMessage, mayOpenTransaction, transactionVersion, recorded } =
      admission.admissionOf(candidate);
    if (errorCode !== ErrorCode.NONE) {
      this.#noteFailure(errorCode);
      result.errorCode = errorCode;
      result.errorMessage = errorMessage;
      return result;
    }
    const admitted: AppendOptions = { origin: 'client', mayOpenTransaction, transactionVersion };
    const options: AppendOptions = verdict === undefined ? admitted : { ...admitted, verdict };
    const outcome = log.append(batch, options);
    return this.#take(result, place.topic, sizeBytes, log, outcome, recorded);
  }

  /** Notes what the log said of a batch; `recorded`: what else has to be durable before it is acknowledged. */
  #take(
    result: PartitionResult,
    topicName: string,
    sizeBytes: number,
    log: PartitionLog,
    outcome: AppendOutcome,
    recorded?: Promise<number>,
  ): PartitionResult {
    if ('durable' in outcome) {
      if (!outcome.isDuplicate) {
        this.#services.dataPath.traffic.addIn(topicName, sizeBytes, outcome.lastOffset - outcome.baseOffset + 1);
      }
      result.baseOffset = BigInt(outcome.baseOffset);
      result.logAppendTimeMs = BigInt(outcome.logAppendTimeMs);
      result.logStartOffset = BigInt(log.logStartOffset);
      this.#accepted.push(result);
      // acks=0 has nobody to tell, and its memory counts until it is durable.
      const told = this.#request.acks === 0 ? outcome.durable : outcome.answer;
      this.#answers.push(recorded === undefined ? told : Promise.all([told, recorded]).then(firstError));
      return result;
    }
    this.#noteFailure(outcome.errorCode);
    result.errorCode = outcome.errorCode;
    result.errorMessage = outcome.errorMessage;
    // By the log start a producer tells expired records from lost ones.
    if (SEQUENCE_ERRORS.has(outcome.errorCode)) result.logStartOffset = BigInt(log.logStartOffset);
    if (outcome.recordErrors.length > 0) {
      result.recordErrors = outcome.recordErrors.map(({ batchIndex, message }) => ({
        batchIndex,
        batchIndexErrorMessage: message,
      }));
    }
    return result;
  }

  #refuse(index: number, errorCode: number, errorMessage: string | null): PartitionResult {
    this.#noteFailure(errorCode);
    return failed(index, errorCode, errorMessage);
  }

  #misdirected(location: PartitionLocation, topicId: string, index: number): PartitionResult {
    const { apiVersion } = this.#context;
    if (location.kind !== 'elsewhere') {
      const isUnknownId = apiVersion >= TOPIC_ID_VERSION && !this.#snapshot().topicsById.has(topicId);
      const errorCode = isUnknownId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      return this.#refuse(index, errorCode, null);
    }
    const result = this.#refuse(index, ErrorCode.NOT_LEADER_OR_FOLLOWER, null);
    if (apiVersion < LEADER_TAG_VERSION) return result;
    const { owner, leaderEpoch } = location;
    const endpoint = endpointOf(this.#snapshot(), owner, this.#context.connection.listenerName);
    if (endpoint === undefined) return result;
    if (!this.#endpoints.some(({ nodeId }) => nodeId === owner)) this.#endpoints.push(endpoint);
    result.currentLeader = { leaderId: owner, leaderEpoch };
    return result;
  }

  #noteFailure(errorCode: number): void {
    this.#hasFailed = true;
    this.#services.dataPath.produceErrors.add(errorCode);
  }

  #snapshot() {
    return this.#services.metaStore.snapshot();
  }

  #whenDurable(): HandlerResult<ProduceResponse> | Promise<HandlerResult<ProduceResponse>> {
    const [first] = this.#answers;
    if (first === undefined) return this.#answer();
    const { produceDeadlines } = this.#services.dataPath;
    return new Promise((resolve) => {
      let isAnswered = false;
      const answer = (): void => {
        if (isAnswered) return;
        isAnswered = true;
        produceDeadlines.cancel(deadline);
        resolve(this.#answer());
      };
      const deadline = produceDeadlines.add(Math.max(this.#request.timeoutMs, 0), () => {
        if (this.#request.acks === 0) return;
        this.#failAccepted(ErrorCode.REQUEST_TIMED_OUT);
        answer();
      });
      // One group is the rule: everything that one request appends falls into the group that is open.
      if (this.#answers.every((other) => other === first)) {
        void first.then((errorCode) => {
          if (errorCode !== ErrorCode.NONE) this.#failAccepted(errorCode);
          answer();
        });
        return;
      }
      void Promise.all(this.#answers).then((errorCodes) => {
        for (let index = 0; index < errorCodes.length; index++) {
          const errorCode = errorCodes[index] ?? ErrorCode.NONE;
          const result = this.#accepted[index];
          if (errorCode !== ErrorCode.NONE && result !== undefined) this.#failOne(result, errorCode);
        }
        answer();
      });
    });
  }

  #answer(): HandlerResult<ProduceResponse> {
    if (this.#request.acks !== 0) return this.#response;
    return this.#hasFailed ? closeConnection : noResponse;
  }

  #failAccepted(errorCode: number): void {
    for (const result of this.#accepted) this.#failOne(result, errorCode);
  }

  #failOne(result: PartitionResult, errorCode: number): void {
    this.#noteFailure(errorCode);
    result.errorCode = errorCode;
    result.baseOffset = -1n;
    result.logAppendTimeMs = -1n;
    result.logStartOffset = -1n;
  }
}

function firstError([first, second]: readonly [number, number]): number {
  return first || second;
}

function succeeded(index: number): PartitionResult {
  return {
    index,
    errorCode: ErrorCode.NONE,
    baseOffset: -1n,
    logAppendTimeMs: -1n,
    logStartOffset: -1n,
    recordErrors: NO_RECORD_ERRORS,
    errorMessage: null,
    currentLeader: NO_LEADER,
  };
}

function failed(index: number, errorCode: number, errorMessage: string | null): PartitionResult {
  const result = succeeded(index);
  result.errorCode = errorCode;
  result.errorMessage = errorMessage;
  return result;
}

function isZstd(batch: Buffer): boolean {
  return batch.length >= BATCH_HEADER_SIZE_BYTES && codecOf(batchAttributes(batch, 0)) === 'zstd';
}
