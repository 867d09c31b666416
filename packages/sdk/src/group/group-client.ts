import { ErrorCode } from '@millrace/protocol';
import { KafkaError } from '../error.ts';
import type { Answer, Api, RequestFor } from '../network/api.ts';
import type { GroupCluster, GroupSendOptions } from './group-cluster.ts';

const MOVED: ReadonlySet<number> = new Set([ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE]);

/** Sends a group's requests to whichever broker coordinates it. Looks for it again after it was lost or said it is not the one. */
export class GroupClient {
  readonly cluster: GroupCluster;
  readonly groupId: string;
  #coordinatorId: number | undefined;

  constructor(cluster: GroupCluster, groupId: string) {
    this.cluster = cluster;
    this.groupId = groupId;
  }

  /** Undefined while it is not known. */
  get coordinatorId(): number | undefined {
    return this.#coordinatorId;
  }

  async coordinator(signal?: AbortSignal): Promise<number> {
    const options = signal === undefined ? {} : { signal };
    this.#coordinatorId = await this.cluster.coordinator('group', this.groupId, options);
    return this.#coordinatorId;
  }

  /** One attempt. Rejects with KafkaError when no answer came. */
  async send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: GroupSendOptions = {},
  ): Promise<Answer<Response>> {
    const nodeId = await this.coordinator(options.signal);
    try {
      return await this.cluster.sendTo(nodeId, api, request, { lane: 'group', ...options });
    } catch (error) {
      if (KafkaError.is(error) && error.retriable) this.forget();
      throw error;
    }
  }

  /** Looks at an answer's error code: the coordinator may be elsewhere. */
  noticeMove(errorCode: number): void {
    if (MOVED.has(errorCode)) this.forget();
  }

  forget(): void {
    this.#coordinatorId = undefined;
    this.cluster.forgetCoordinator('group', this.groupId);
  }
}
