/** Says in words why nothing arrives, or that it does. */
import type { MembershipState } from '../group/membership.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { Fetcher } from './fetcher.ts';
import type { Reader } from './reader.ts';
import type { RecordFlow } from './record-flow.ts';

export interface PartitionExplanation extends TopicPartition {
  /** Offset of the next record that the application gets; −1 while it is not known. */
  readonly position: number;
  /** Offset behind the last record that is replicated, as last heard; −1 before. */
  readonly highWatermark: number;
  /** Bytes that are fetched or being worked on. */
  readonly heldBytes: number;
  /** What goes on there, in words. */
  readonly says: string;
}

/** What a consumer does at this moment, for people. `String(explanation)` is all of it as text. */
export interface Explanation {
  /** Why nothing arrives, the most telling first; empty when records are flowing. */
  readonly reasons: readonly string[];
  readonly partitions: readonly PartitionExplanation[];
  toString(): string;
}

export interface ExplainInput {
  readonly nowMs: number;
  readonly isClosed: boolean;
  readonly isStarted: boolean;
  readonly group: string | undefined;
  readonly membership: MembershipState | undefined;
  readonly fetcher: Fetcher;
  readonly flow: RecordFlow;
  readonly reader: Reader | undefined;
  readonly topics: string;
  readonly commitError: Error | undefined;
  readonly lastLoopStall: { readonly atMs: number; readonly lateMs: number } | undefined;
  readonly stallAfterMs: number;
}

const RECENT_MS = 60_000;

export function explain(input: ExplainInput): Explanation {
  const partitions = Array.from(input.fetcher.partitions, (partition) => explainPartition(input, partition));
  const reasons = [...reasonsOf(input), ...commonReasons(input, partitions)];
  return {
    reasons,
    partitions,
    toString: () =>
      [
        ...(reasons.length === 0 ? ['records are flowing'] : reasons),
        ...partitions.map(({ topic, partition, says }) => `  ${topic}[${String(partition)}]: ${says}`),
      ].join('\n'),
  };
}

function reasonsOf(input: ExplainInput): string[] {
  const { isClosed, isStarted, membership, fetcher, flow, reader, nowMs, commitError, lastLoopStall } = input;
  if (isClosed) return ['the consumer is closed'];
  if (!isStarted) return ['nothing was asked for yet: iterate the consumer, or call batches() or run()'];
  const reasons: string[] = [];
  if (membership !== undefined) reasons.push(...membershipReasons(membership, input));
  if (fetcher.partitions.size === 0) reasons.push(noPartitions(input));
  if (reader === undefined) reasons.push('nobody reads: no loop is waiting for records and no run() is at work');
  else if (reader.isBusy && flow.waitingSinceMs === undefined && flow.lastPullMs !== undefined) {
    const ago = nowMs - flow.lastPullMs;
    if (ago >= 1_000)
      reasons.push(
        `${reader.name} has not asked for records for ${seconds(ago)}: its code is still at work on what it got`,
      );
  }
  if (flow.isStopped) reasons.push('reading was stopped by drain() or close()');
  if ([...fetcher.nodes].some(({ isOutOfBudget }) => isOutOfBudget)) {
    reasons.push(
      `the prefetch limit of ${mebibytes(fetcher.budget.limitBytes)} is used up by records that are not finished: the handler is slower than what arrives`,
    );
  }
  for (const { nodeId, lastError } of fetcher.nodes) {
    if (lastError !== undefined)
      reasons.push(`broker ${String(nodeId)} did not answer the last fetch: ${lastError.message}`);
  }
  if (commitError !== undefined) reasons.push(`the last commit failed: ${commitError.message}`);
  if (lastLoopStall !== undefined && nowMs - lastLoopStall.atMs < RECENT_MS) {
    reasons.push(
      `the event loop was blocked for ${seconds(lastLoopStall.lateMs)}, ${seconds(nowMs - lastLoopStall.atMs)} ago: heartbeats were late by as much`,
    );
  }
  return reasons;
}

function membershipReasons(state: MembershipState, { nowMs, group }: ExplainInput): string[] {
  const reasons: string[] = [];
  const since = seconds(nowMs - state.phaseSinceMs);
  const name = `group "${String(group)}"`;
  switch (state.phase) {
    case 'stable':
    case 'idle':
      break;
    case 'joining':
      reasons.push(
        `${name} is being joined or in a rebalance, since ${since}${state.lastRejoinReason === undefined ? '' : ` (${state.lastRejoinReason})`}`,
      );
      break;
    case 'syncing':
      reasons.push(`${name} is in a rebalance: the assignment is awaited since ${since}`);
      break;
    case 'reconciling':
      reasons.push(
        `partitions of ${name} are changing hands since ${since}: records in hand, onRevoked or onAssigned are awaited`,
      );
      break;
    case 'fenced':
      reasons.push(`this member lost its place in ${name} ${since} ago and joins again`);
      break;
    case 'leaving':
    case 'left':
      reasons.push(`this member has left ${name}`);
      break;
    case 'failed':
      reasons.push(
        `membership in ${name} has failed: ${state.lastError?.message ?? 'see the error that reading throws'}`,
      );
      break;
  }
  if (state.coordinatorId === undefined && state.phase !== 'left')
    reasons.push(`the coordinator of ${name} is not known`);
  if (state.lastError !== undefined && state.phase !== 'failed') {
    reasons.push(`the coordinator of ${name} answered last: ${state.lastError.message}`);
  }
  return reasons;
}

function noPartitions({ membership, group, topics }: ExplainInput): string {
  if (membership === undefined) {
    return group === undefined
      ? `no partitions are known of ${topics}: do the topics exist?`
      : `no partitions are assigned of ${topics}`;
  }
  if (membership.phase !== 'stable') return 'no partitions are assigned yet';
  return `the group has given this member no partitions of ${topics}: there may be more members than partitions, or no such topic`;
}

/** What holds for every partition is a reason for the whole. */
function commonReasons({ fetcher, reader }: ExplainInput, partitions: readonly PartitionExplanation[]): string[] {
  const [first] = partitions;
  if (first === undefined) return [];
  const isWaiting = reader !== undefined && !reader.isBusy;
  const all = [...fetcher.partitions];
  if (all.every(({ isPaused }) => isPaused)) return ['all partitions are paused'];
  if (!isWaiting || all.some(({ isDeliverable }) => isDeliverable)) return [];
  if (all.every((partition) => isAtEnd(partition)))
    return ['everything there is has been read: all partitions are at the end of their logs'];
  if (partitions.length === 1) return [`${first.topic}[${String(first.partition)}]: ${first.says}`];
  return partitions.every(({ says }) => says === first.says) ? [`all partitions: ${first.says}`] : [];
}

function explainPartition(input: ExplainInput, partition: ConsumedPartition): PartitionExplanation {
  return {
    topic: partition.topic.name,
    partition: partition.partition,
    position: partition.position,
    highWatermark: partition.highWatermark,
    heldBytes: partition.heldBytes,
    says: saysOf(input, partition),
  };
}

function saysOf(input: ExplainInput, partition: ConsumedPartition): string {
  const { nowMs, fetcher } = input;
  const { failure, lastError, need, leaderId, progress } = partition;
  const answered = lastError === undefined ? '' : `; last answer: ${lastError.message}`;
  if (failure !== undefined) return `stopped: ${failure.message}`;
  if (partition.topic.exists === false) return 'the topic does not exist (any more)';
  if (need === 'committed') return `the group's committed offset is awaited${answered}`;
  if (!partition.isAdmitted) return 'changes hands: onAssigned or onRevoked is awaited';
  if (partition.isPaused) return 'paused by the application';
  if (leaderId < 0) return `no broker leads it at the moment${answered}`;
  if (need === 'reset') return `the offset to begin at is being looked up${answered}`;
  if (need === 'validate')
    return `its new leader (broker ${String(leaderId)}) is asked whether offset ${String(partition.position)} is still on the log${answered}`;
  const oldest = progress.oldest;
  const stuckMs = oldest === undefined ? 0 : nowMs - oldest.sinceMs;
  const stuck = `offset ${String(progress.watermark().offset)} is not finished since ${seconds(stuckMs)}`;
  if (partition.isFull)
    return `its prefetch is full (${mebibytes(fetcher.settings.prefetchPerPartition)})${oldest === undefined ? '' : `: ${stuck}`}`;
  if (stuckMs >= input.stallAfterMs) return stuck;
  if (partition.hasPieces) return `records from offset ${String(partition.position)} are ready to be read`;
  if (partition.retryAtMs > nowMs) return `asked for again in ${seconds(partition.retryAtMs - nowMs)}${answered}`;
  if (isAtEnd(partition)) return `at the end of the log (offset ${String(partition.fetchOffset)})`;
  if (isBlocked(partition)) {
    return `an open transaction holds records back: the last stable offset is ${String(partition.lastStableOffset)}, the end ${String(partition.highWatermark)}`;
  }
  return `being fetched from broker ${String(leaderId)} at offset ${String(partition.fetchOffset)}${answered}`;
}

function isAtEnd({ fetchOffset, highWatermark, need, hasPieces }: ConsumedPartition): boolean {
  return need === 'ready' && !hasPieces && highWatermark >= 0 && fetchOffset >= highWatermark;
}

function isBlocked({ fetchOffset, lastStableOffset, highWatermark }: ConsumedPartition): boolean {
  return lastStableOffset >= 0 && fetchOffset >= lastStableOffset && lastStableOffset < highWatermark;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${String(Math.round(ms / 1_000))} s`;
}

function mebibytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${String(Math.round(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
