import { SeededRandom } from '@millrace/base';
import { encodeMessage } from '@millrace/protocol';
import type { TopicMetadata } from '../src/cluster/topic-metadata.ts';
import { KafkaError } from '../src/error.ts';
import type { GroupCluster, GroupSendOptions } from '../src/group/group-cluster.ts';
import type { Answer, Api, RequestFor } from '../src/network/api.ts';
import type { ClientRuntime } from '../src/runtime.ts';
import { createClientEvents } from '../src/telemetry/client-events.ts';
import { HandTime } from './hand-time.ts';

export interface SentRequest {
  readonly api: string;
  // Whatever the API's request is; tests look at its fields.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly request: any;
  readonly lane: string | undefined;
  readonly atMs: number;
}

type Behaviour = (sent: SentRequest, signal: AbortSignal | undefined) => unknown;

/**
 * A cluster without I/O: answers are what the test says, topics what it lists. As at a real one, a request without an answer
 * in time ends its connection, and the next waits until another is open.
 */
export class FakeGroupCluster implements GroupCluster {
  readonly time = new HandTime(1_000);
  readonly runtime: ClientRuntime = {
    clock: this.time,
    timers: this.time,
    random: new SeededRandom(1),
    events: createClientEvents(),
  };
  readonly clientId = 'test';
  readonly sent: SentRequest[] = [];
  readonly topics = new Map<string, TopicMetadata>();
  readonly closedLanes: string[] = [];
  /** The version that is served; APIs that are not in it in their newest. −1: not at all. */
  readonly versions = new Map<string, number>();
  coordinatorId = 1;
  forgotten = 0;
  /** From sending a request to having its answer, when the coordinator gives it at once; also for opening a connection. */
  roundTripMs = 0;
  readonly #openLanes = new Set<string>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #listeners = new Set<(changed: TopicMetadata) => void>();

  addTopic(name: string, partitionCount: number, topicId = topicIdOf(name)): void {
    const partitions = Array.from({ length: partitionCount }, (_, partition) => ({
      partition,
      leaderId: 1,
      leaderEpoch: 0,
      replicas: [1],
      inSyncReplicas: [1],
      errorCode: 0,
    }));
    const topic = { name, topicId, isInternal: name.startsWith('__'), partitions };
    this.topics.set(name, topic);
    for (const listener of this.#listeners) listener(topic);
  }

  /** `api` as `JoinGroup`. The behaviour returns or resolves with the response, or throws. */
  on(api: string, behaviour: Behaviour): void {
    this.#behaviours.set(api, behaviour);
  }

  requests(api: string): SentRequest[] {
    return this.sent.filter((each) => each.api === api);
  }

  async sendTo<Request extends object, Response>(
    _nodeId: number,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: GroupSendOptions = {},
  ): Promise<Answer<Response>> {
    const name = api.request.name.replace(/Request$/, '');
    const version = Math.min(this.versions.get(name) ?? api.request.maxVersion, options.versionMax ?? Infinity);
    if (version < 0) throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', `no ${name} here`);
    const { lane = 'group', signal, timeoutMs = Infinity } = options;
    if (!this.#openLanes.has(lane)) await this.#travel(this.roundTripMs);
    this.#openLanes.add(lane);
    const body = typeof request === 'function' ? request(version) : request;
    // Throws when the request says what this version cannot.
    encodeMessage(api.request, body, version);
    const sent = { api: name, request: body, lane: options.lane, atMs: this.time.monotonicMs() };
    this.sent.push(sent);
    const behaviour = this.#behaviours.get(name);
    if (behaviour === undefined) throw new Error(`no behaviour for ${name}`);
    const answer = (async () => {
      await this.#travel(this.roundTripMs / 2);
      const response = await behaviour(sent, signal);
      await this.#travel(this.roundTripMs / 2);
      return response;
    })();
    const late = Promise.withResolvers<never>();
    const timer = this.time.schedule(timeoutMs, () => {
      this.#openLanes.delete(lane);
      late.reject(connectionLost());
    });
    const given = Promise.race([answer, late.promise, ...(signal === undefined ? [] : [rejectionOf(signal)])]);
    return { response: (await given.finally(() => timer.cancel())) as Response, version };
  }

  async #travel(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => void this.time.schedule(ms, resolve));
  }

  async versionOf<Request, Response>(_nodeId: number, api: Api<Request, Response>): Promise<number | undefined> {
    const version = this.versions.get(api.request.name.replace(/Request$/, '')) ?? api.request.maxVersion;
    return version < 0 ? undefined : version;
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return [...this.topics.values()].find(({ topicId }) => topicId === id);
  }

  async fetchTopics(names: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    return [...this.topics.values()].filter(({ name }) => names?.includes(name) ?? true);
  }

  onMetadataChange(listener: (changed: TopicMetadata) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async coordinator(): Promise<number> {
    return this.coordinatorId;
  }

  forgetCoordinator(): void {
    this.forgotten++;
  }

  closeLane(lane: string): void {
    this.closedLanes.push(lane);
  }
}

/** A topic id made from the name. */
export function topicIdOf(name: string): string {
  return Buffer.from(name.padEnd(16, '.')).toString('base64url');
}

export function connectionLost(): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', 'the connection was cut', { retriable: true });
}

/** An answer that never comes. */
export function silence(): Promise<never> {
  return new Promise(() => undefined);
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(new KafkaError('MILLRACE_CLIENT_ABORTED', 'aborted by its signal'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
