import type { Answer, Api, RequestFor } from '../network/api.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import type { ClientRuntime } from '../runtime.ts';

/**
 * A connection of its own for JoinGroup and SyncGroup of one membership: a broker holds their answers back for as long as a
 * rebalance takes, and answers the requests of one connection in order. Everything else is quick and shares `group`.
 */
export type GroupLane = 'group' | `join:${number}`;

/** The part of Cluster that a membership needs; tests put their own in its place. */
export interface GroupCluster {
  readonly runtime: ClientRuntime;
  readonly clientId: string;
  /** Aborted when the client is closed. */
  readonly closeSignal?: AbortSignal | undefined;
  sendTo<Request extends object, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options?: GroupSendOptions,
  ): Promise<Answer<Response>>;
  versionOf<Request, Response>(nodeId: number, api: Api<Request, Response>): Promise<number | undefined>;
  topic(name: string): TopicMetadata | undefined;
  topicById(id: string): TopicMetadata | undefined;
  fetchTopics(
    names: readonly string[] | null,
    options?: { readonly signal?: AbortSignal; readonly allowAutoCreation?: boolean },
  ): Promise<readonly TopicMetadata[]>;
  onMetadataChange(listener: (changed: TopicMetadata) => void): () => void;
  coordinator(type: 'group', key: string, options?: { readonly signal?: AbortSignal }): Promise<number>;
  forgetCoordinator(type: 'group', key: string): void;
  closeLane(lane: GroupLane): void;
}

export interface GroupSendOptions {
  readonly lane?: GroupLane;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly versionMax?: number;
}
