/**
 * InitProducerId 0–5: an id for an idempotent producer.
 *
 * v3+: the producer may name the id and epoch that it has; without a transactional id a new one is handed out all the same.
 * v4+: PRODUCER_FENCED exists. v5: nothing new for idempotence. v6 is unstable and not advertised.
 * Differs from Apache Kafka: a transactional id is refused with TRANSACTIONAL_ID_AUTHORIZATION_FAILED until transactions exist here,
 * since every client gives up at once on that code. Pinned by test/coordinators.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { defineHandler } from './handler.ts';

export const initProducerIdHandler = defineHandler<InitProducerIdRequest, InitProducerIdResponse>({
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  minVersion: 0,
  maxVersion: 5,
  async handle({ services }, request) {
    const { transactionalId, producerId, producerEpoch } = request;
    if (transactionalId === '') return failed(ErrorCode.INVALID_REQUEST);
    if (transactionalId !== null) return failed(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    if (producerId < 0n !== producerEpoch < 0) return failed(ErrorCode.INVALID_REQUEST);
    try {
      const id = await services.producerIds.next();
      return createInitProducerIdResponse({ producerId: BigInt(id), producerEpoch: 0 });
    } catch (error) {
      services.logger.warn('no producer id can be handed out', { error });
      return failed(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }
  },
  failure: (_request, errorCode) => failed(errorCode),
});

function failed(errorCode: number): InitProducerIdResponse {
  return createInitProducerIdResponse({ errorCode, producerId: -1n, producerEpoch: -1 });
}
