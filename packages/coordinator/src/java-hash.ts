/** Hash of a text as Java's `String.hashCode` gives it: groups are spread over partitions by it, as in Kafka. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}

/** Partition of `__consumer_offsets` that a group lives in. */
export function groupPartition(groupId: string, partitionCount: number): number {
  const hash = javaHash(groupId);
  // The one hash without a positive counterpart counts as 0.
  return hash === -2_147_483_648 ? 0 : Math.abs(hash) % partitionCount;
}
