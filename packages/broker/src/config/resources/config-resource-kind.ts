import type { TopicMetadata } from '@millrace/metadata';
import type { BrokerServices } from '../../services.ts';
import type { AlterPlan, AlterRefused, ConfigOperation } from '../alter-configs.ts';
import type { ConfigEntry } from '../describe-configs.ts';

export type ResourceServices = Pick<BrokerServices, 'nodeId' | 'config' | 'logger' | 'metaStore'>;

/** What altering one resource starts from. */
export interface AlterTarget {
  /** What is set now. */
  readonly current: ReadonlyMap<string, string>;
  /** The one topic that obeys; absent = whoever follows the metadata. */
  readonly topic?: TopicMetadata;
  /** Decides what the operations come to; changes nothing. */
  plan(operations: readonly ConfigOperation[]): AlterPlan | AlterRefused;
  /** Carries the changes out; absent = they are stored in the metadata, under type and name of the resource. */
  apply?(changes: ReadonlyMap<string, string | null>): void;
}

/** One type of resource that has settings: what is shown of it, what may be altered, and which of them there are. */
export interface ConfigResourceKind {
  /** @param keys those asked for; null or none = all */
  describe(
    services: ResourceServices,
    name: string,
    keys: readonly string[] | null,
  ): readonly ConfigEntry[] | AlterRefused;
  target(services: ResourceServices, name: string): AlterTarget | AlterRefused;
  /** Names of those that there are, for ListConfigResources. */
  list(services: ResourceServices): readonly string[];
}
