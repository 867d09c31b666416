/**
 * CreatePartitions 0–3: gives topics more partitions, never fewer ([37]); new ones are usable when the answer comes.
 *
 * Topics of the broker itself cannot grow [42]: their partition count decides where their state lives.
 * Pinned by test/admin.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createCreatePartitionsResponse,
  createPartitionsRequest,
  createPartitionsResponse,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
} from '@millrace/protocol/messages/37-create-partitions';
import { defineHandler, type RequestContext } from './handler.ts';
import { splitRepeated } from './repeated-names.ts';

type Asked = CreatePartitionsRequest['topics'][number];
type Result = CreatePartitionsResponse['results'][number];

export const createPartitionsHandler = defineHandler<CreatePartitionsRequest, CreatePartitionsResponse>({
  request: createPartitionsRequest,
  response: createPartitionsResponse,
  minVersion: 0,
  maxVersion: 3,
  async handle(context, request) {
    const { single, repeated } = splitRepeated(request.topics, ({ name }) => name);
    const refusals = repeated.map((name) => ({
      name,
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'the topic stands twice in the request',
    }));
    const results = await Promise.all(single.map((topic) => grow(context, request, topic)));
    return createCreatePartitionsResponse({ results: [...results, ...refusals] });
  },
  failure: (request, errorCode) =>
    createCreatePartitionsResponse({
      results: request.topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
    }),
});

async function grow({ services }: RequestContext, request: CreatePartitionsRequest, asked: Asked): Promise<Result> {
  const { name, count } = asked;
  const assignments = asked.assignments?.map(({ brokerIds }) => brokerIds) ?? null;
  const { validateOnly, timeoutMs } = request;
  const result = await services.topics.addPartitions(name, count, assignments, { validateOnly, timeoutMs });
  return 'topic' in result
    ? { name, errorCode: ErrorCode.NONE, errorMessage: null }
    : { name, errorCode: result.errorCode, errorMessage: result.errorMessage };
}
