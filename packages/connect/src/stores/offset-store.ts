import type { Position, SourceOffset } from '@millrace/connect-api';

/**
 * Where source connectors are: for each connector, a source offset per source partition.
 *
 * Partitions are compared by `positionKey`. All of it is JSON as Kafka Connect stores it (see offset-codec.ts), so a store can be taken over
 * from a Java worker.
 */
export interface OffsetStore extends AsyncDisposable {
  /** Resolves when what others wrote before the call can be read. */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * The offsets of these partitions, in their order; undefined where nothing is stored. Includes every write that was acknowledged before the
   * call, by any worker.
   */
  read(connector: string, partitions: readonly Position[]): Promise<readonly (Position | undefined)[]>;
  /** Resolves when the offsets are stored durably; null removes one. Later ones of the same partition win. */
  write(connector: string, offsets: readonly OffsetChange[]): Promise<void>;
  /** Everything that is stored for a connector. */
  all(connector: string): Promise<readonly SourceOffset[]>;
}

export interface OffsetChange {
  readonly partition: Position;
  /** Null: forgotten. */
  readonly offset: Position | null;
}
