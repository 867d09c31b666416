import { groupPartition, javaHash } from './java-hash.ts';

describe('groupPartition', () => {
  // Hashes and partitions as Apache Kafka 4.3.1 computes them for 50 partitions.
  it.each([
    ['', 0, 0],
    ['g', 103, 3],
    ['test-group', 627_841_412, 12],
    ['console-consumer-12345', 158_455_506, 6],
    ['polygenelubricants', -2_147_483_648, 0],
    ['größe-日本', 174_678_819, 19],
    ['my.group_1', -745_467_857, 7],
  ])('puts group "%s" where Apache Kafka does', (groupId, hash, partition) => {
    expect(javaHash(groupId)).toBe(hash);
    expect(groupPartition(groupId, 50)).toBe(partition);
  });
});
