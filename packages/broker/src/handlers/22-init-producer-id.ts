/**
 * InitProducerId 0–5: an id for an idempotent producer, or for a transactional one after whatever an earlier instance left open ended.
 *
 * v3+: the producer may name the id and epoch that it has, to go on after an error; without a transactional id a new one is handed out
 * all the same. v4+: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH. v5+: TRANSACTION_ABORTABLE exists. v6 is unstable and not advertised.
 * Pinned by test/coordinators.itest.ts and test/transactions.itest.ts.
 */
import { initProducerIdFailure } from '@millrace/coordinator';
import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const initProducerIdHandler = defineHandler<InitProducerIdRequest, InitProducerIdResponse>({
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  minVersion: 0,
  maxVersion: 5,
  async handle(context, request) {
    const { services } = context;
    const { transactionalId, producerId, producerEpoch } = request;
    if (transactionalId === '') return initProducerIdFailure(ErrorCode.INVALID_REQUEST, context.apiVersion);
    if (producerId < 0n !== producerEpoch < 0)
      return initProducerIdFailure(ErrorCode.INVALID_REQUEST, context.apiVersion);
    if (transactionalId !== null) return services.transactions.initProducerId(groupRequestContext(context), request);
    try {
      const id = await services.producerIds.next();
      return createInitProducerIdResponse({ producerId: BigInt(id), producerEpoch: 0 });
    } catch (error) {
      services.logger.warn('no producer id can be handed out', { error });
      return initProducerIdFailure(ErrorCode.COORDINATOR_NOT_AVAILABLE, context.apiVersion);
    }
  },
  failure: (_request, errorCode, version) => initProducerIdFailure(errorCode, version),
});
