/** Which broker coordinates which group or transactional id (FindCoordinator), remembered until told to forget. */
import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import { brokerError } from '../error.ts';
import type { Answer, Api } from '../network/api.ts';

export type CoordinatorType = 'group' | 'transaction';

const KEY_TYPES = { group: 0, transaction: 1 } as const;
/** From it on, several keys are asked for at once. */
const BATCHED_VERSION = 4;

export const FIND_COORDINATOR: Api<FindCoordinatorRequest, FindCoordinatorResponse> = {
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
};

export interface FoundCoordinator {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** The request for one key, in whichever version. */
export function findCoordinatorRequestFor(type: CoordinatorType, key: string) {
  return (version: number): FindCoordinatorRequest =>
    createFindCoordinatorRequest({
      ...(version >= BATCHED_VERSION ? { coordinatorKeys: [key] } : { key }),
      // Version 0 knows groups only.
      ...(version >= 1 ? { keyType: KEY_TYPES[type] } : {}),
    });
}

/** Throws what the broker refused with; most of it is retriable. */
export function coordinatorOf(
  type: CoordinatorType,
  key: string,
  { response, version }: Answer<FindCoordinatorResponse>,
): FoundCoordinator {
  const found = version >= BATCHED_VERSION ? response.coordinators.find((each) => each.key === key) : response;
  const errorCode = found?.errorCode ?? ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (found === undefined || errorCode !== ErrorCode.NONE) {
    throw brokerError(`finding the coordinator of ${type} "${key}"`, errorCode, found?.errorMessage);
  }
  return found;
}

export class CoordinatorCache {
  readonly #nodes = { group: new Map<string, number>(), transaction: new Map<string, number>() };

  get(type: CoordinatorType, key: string): number | undefined {
    return this.#nodes[type].get(key);
  }

  set(type: CoordinatorType, key: string, nodeId: number): void {
    this.#nodes[type].set(key, nodeId);
  }

  forget(type: CoordinatorType, key: string): void {
    this.#nodes[type].delete(key);
  }

  /** A connection to that broker was lost: another one may coordinate by now. */
  forgetNode(nodeId: number): void {
    for (const nodes of Object.values(this.#nodes)) {
      for (const [key, each] of nodes) if (each === nodeId) nodes.delete(key);
    }
  }
}
