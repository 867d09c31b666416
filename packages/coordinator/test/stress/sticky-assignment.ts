/** What a leader makes of a group: everybody gets his share and keeps what he has of it. */
export interface Claimant {
  readonly memberId: string;
  readonly owned: readonly number[];
  /** Generation in which it got them. */
  readonly ownedGeneration: number;
}

/**
 * Partitions by member id. Cooperative: what another still owns is given to nobody this time; its owner lets go of it and joins again.
 */
export function assignSticky(
  claimants: readonly Claimant[],
  partitionCount: number,
  isCooperative: boolean,
): ReadonlyMap<string, readonly number[]> {
  const ownerOf = validOwners(claimants);
  const shares = new Map<string, number[]>(claimants.map(({ memberId }) => [memberId, []]));
  const quota = Math.floor(partitionCount / claimants.length);
  let larger = partitionCount % claimants.length;
  for (const [partition, owner] of ownerOf) {
    const share = shares.get(owner);
    if (share === undefined || share.length > quota || (share.length === quota && larger === 0)) continue;
    if (share.length === quota) larger--;
    share.push(partition);
  }
  const kept = new Set([...shares.values()].flat());
  const free = Array.from({ length: partitionCount }, (_, partition) => partition).filter((one) => !kept.has(one));
  for (const share of shares.values()) {
    const size = quota + (share.length > quota ? 1 : 0);
    while (share.length < size && free.length > 0) share.push(free.shift() ?? -1);
  }
  for (const share of shares.values()) {
    if (free.length > 0 && share.length === quota) share.push(free.shift() ?? -1);
  }
  if (!isCooperative) return shares;
  return new Map(
    [...shares].map(([memberId, share]) => [
      memberId,
      share.filter((partition) => (ownerOf.get(partition) ?? memberId) === memberId),
    ]),
  );
}

/** Of two that claim a partition the one of the later generation has it; of the same generation neither. */
function validOwners(claimants: readonly Claimant[]): Map<number, string> {
  const claims = new Map<number, { readonly memberId: string; readonly generation: number }>();
  const disputed = new Map<number, number>();
  for (const { memberId, owned, ownedGeneration: generation } of claimants) {
    for (const partition of owned) {
      const other = claims.get(partition);
      if (other === undefined || other.generation < generation) claims.set(partition, { memberId, generation });
      else if (other.generation === generation) disputed.set(partition, generation);
    }
  }
  const valid = [...claims].filter(([partition, { generation }]) => disputed.get(partition) !== generation);
  return new Map(valid.map(([partition, { memberId }]) => [partition, memberId]));
}
