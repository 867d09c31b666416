import { ZERO_UUID } from '@millrace/base';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { TopicDecoder } from './topic-decoder.ts';

/** A topic that a consumer reads partitions of; found once by name or id, so that no text is made per record. */
export class ConsumedTopic {
  readonly name: string;
  readonly decoder: TopicDecoder;
  /** `ZERO_UUID` while unknown. */
  topicId = ZERO_UUID;
  /** False: the cluster says that there is no such topic. Undefined: not known yet. */
  exists: boolean | undefined;
  /** By partition index; holes where this consumer has none. */
  readonly partitions: (ConsumedPartition | undefined)[] = [];

  constructor(name: string, decoder: TopicDecoder) {
    this.name = name;
    this.decoder = decoder;
  }

  get isEmpty(): boolean {
    return this.partitions.every((partition) => partition === undefined);
  }
}
