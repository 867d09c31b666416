/** The internal topic that holds transactional ids and their transactions. */
export const TRANSACTIONS_TOPIC = '__transaction_state';

/** Topics that only coordinators write to; a group's offsets come into a transaction by AddOffsetsToTxn. */
const COORDINATOR_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  TRANSACTIONS_TOPIC,
  '__share_group_state',
]);

export function isCoordinatorTopic(topic: string): boolean {
  return COORDINATOR_TOPICS.has(topic);
}
