/** What can be turned on or off in Kafka by `kafka-features`: which levels there are here, and which one runs. */
export interface Feature {
  readonly name: string;
  /** Least and greatest level that this release knows. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The level that runs, always: nothing lowers it. */
  readonly finalizedVersion: number;
}

/** Levels of Apache Kafka's controllers; there are none here. */
export const CONTROLLER_FEATURES: readonly string[] = ['kraft.version', 'metadata.version'];

export const FEATURES: readonly Feature[] = [
  // 1 = consumer groups of KIP-848.
  { name: 'group.version', minVersion: 0, maxVersion: 1, finalizedVersion: 1 },
  // 2 = the transactions of KIP-890.
  { name: 'transaction.version', minVersion: 0, maxVersion: 2, finalizedVersion: 2 },
];
