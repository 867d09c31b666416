/** Operations that rules of access are about, by Kafka's code. */
export const ACL_OPERATIONS = {
  2: 'all',
  3: 'read',
  4: 'write',
  5: 'create',
  6: 'delete',
  7: 'alter',
  8: 'describe',
  9: 'cluster-action',
  10: 'describe-configs',
  11: 'alter-configs',
  12: 'idempotent-write',
  13: 'create-tokens',
  14: 'describe-tokens',
  15: 'two-phase-commit',
} as const;

export type AclOperation = (typeof ACL_OPERATIONS)[keyof typeof ACL_OPERATIONS];

const NOT_ASKED_FOR = -2_147_483_648;

/** The operations of a bit field (KIP-430); undefined when the broker did not tell. */
export function operationsOf(bits: number): readonly AclOperation[] | undefined {
  if (bits === NOT_ASKED_FOR) return undefined;
  return Object.entries(ACL_OPERATIONS)
    .filter(([code]) => (bits & (1 << Number(code))) !== 0)
    .map(([, name]) => name);
}
