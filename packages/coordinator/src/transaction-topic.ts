/** The internal topic that holds transactional ids and their transactions. */
export const TRANSACTIONS_TOPIC = '__transaction_state';
