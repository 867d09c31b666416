import { ProtocolError, Reader } from '@millrace/protocol';
import { consumerProtocolSubscription } from '@millrace/protocol/messages/data-consumer-protocol-subscription';

/** Protocol type of consumer groups; others (Connect, schema registries) put bytes of their own into the same fields. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

/**
 * Topics that a consumer's subscription names, or undefined when the bytes are no subscription. Only the part that all
 * versions share is read, so that versions yet to come are understood as well.
 */
export function subscribedTopics(metadata: Buffer): readonly string[] | undefined {
  try {
    const reader = new Reader(metadata);
    if (reader.int16() < 0) return undefined;
    return consumerProtocolSubscription.decode(reader, 0).topics;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
