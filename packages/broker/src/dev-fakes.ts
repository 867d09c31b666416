import { randomUuid } from '@millrace/base';
export function fakeGroups(): any {
  return { partitionFor: () => 0, load: async () => {}, unload() {}, forgetTopic: async () => {}, close: async () => {} };
}
export function fakeTopics(metaStore: any, partitions: any, nodeId: number, random: any): any {
  const create = async (name: string, n: number, isInternal: boolean) => {
    const topic = await metaStore.createTopic({ name, topicId: randomUuid(random), isInternal, replicationFactor: 1, owners: Array(n).fill(nodeId), configs: new Map() });
    await partitions.settled(metaStore.snapshot().version);
    return { errorCode: 0, topic };
  };
  return {
    createTopic: (spec: any) => create(spec.name, spec.partitionCount, false),
    ensureInternalTopic: (name: string) => create(name, 1, true),
    autoCreate: (name: string) => void create(name, 3, false),
  };
}
