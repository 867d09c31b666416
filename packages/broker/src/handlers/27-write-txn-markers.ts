/**
 * WriteTxnMarkers 1–2: ends transactions on partitions, whatever their coordinator knows; for `kafka-transactions.sh abort`, which ends
 * one that hangs.
 *
 * v2+: the version of the transaction protocol, by which a marker's epoch is judged (KIP-1228).
 * A marker for a partition of `__consumer_offsets` goes through the group coordinator, which then decides on the offsets.
 * Pinned by test/transactions-admin.itest.ts.
 */
import type { EndMarker } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createWriteTxnMarkersResponse,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
} from '@millrace/protocol/messages/27-write-txn-markers';
import { appendMarker } from '../transactions/append-marker.ts';
import { defineHandler } from './handler.ts';

type WritableMarker = WriteTxnMarkersRequest['markers'][number];

export const writeTxnMarkersHandler = defineHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse>({
  request: writeTxnMarkersRequest,
  response: writeTxnMarkersResponse,
  minVersion: 1,
  maxVersion: 2,
  async handle({ services }, request) {
    // Everything is appended in this turn, and then waited for.
    const results = request.markers.map((marker) => {
      const end = endMarker(marker);
      const topics = marker.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partition) => ({
          partition,
          appended: end === undefined ? undefined : appendMarker(services, end, { topic: name, partition }),
        })),
      }));
      return { producerId: marker.producerId, topics };
    });
    const markers = results.map(async ({ producerId, topics }) => ({
      producerId,
      topics: await Promise.all(
        topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            partitions.map(async ({ partition: partitionIndex, appended }) => ({
              partitionIndex,
              errorCode: appended === undefined ? ErrorCode.INVALID_REQUEST : await appended.durable,
            })),
          ),
        })),
      ),
    }));
    return createWriteTxnMarkersResponse({ markers: await Promise.all(markers) });
  },
  failure: (request, errorCode) =>
    createWriteTxnMarkersResponse({
      markers: request.markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
        })),
      })),
    }),
});

/** Undefined for numbers that no producer has. */
function endMarker(marker: WritableMarker): EndMarker | undefined {
  const { producerEpoch, coordinatorEpoch, transactionResult, transactionVersion } = marker;
  const producerId = Number(marker.producerId);
  if (!Number.isSafeInteger(producerId) || producerId < 0 || producerEpoch < 0) return undefined;
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    outcome: transactionResult ? 'commit' : 'abort',
    transactionVersion,
  };
}
