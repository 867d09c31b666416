import type { Answer } from './answer.ts';
import type { RestRequest } from './rest-request.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for what varies. */
  readonly path: string;
  /** Answered by this worker, whoever it is about; never passed on. */
  readonly handle: (request: RestRequest) => Promise<Answer>;
}
