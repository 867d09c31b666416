import type { KnownTopic } from '../topic-directory.ts';

/**
 * A number for what an assignment depends on of the topics: names, ids, counts of partitions, racks. Whatever their order.
 * It is compared only with numbers from here.
 */
export function subscriptionHash(topics: Iterable<KnownTopic>): bigint {
  let sum = 0n;
  for (const { name, topicId, partitionCount, racks } of topics) {
    const text = `${name} ${topicId} ${partitionCount} ${racks === undefined ? '' : racks.join()}`;
    sum += textHash(text);
  }
  return BigInt.asIntN(64, sum);
}

function textHash(text: string): bigint {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
