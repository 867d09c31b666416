/** What a check of a data directory says. */
export interface Finding {
  readonly severity: 'problem' | 'note';
  readonly path: string;
  /** Byte in the file, where there is one. */
  readonly position?: number;
  readonly message: string;
}

export interface VerifyCounts {
  checkpoints: number;
  journalFiles: number;
  groups: number;
  partitions: number;
  segments: number;
  batches: number;
  /** Bytes of segments that no checkpoint vouches for yet: checked where the journal holds them, not in their segments. */
  journalBytes: number;
  indexes: number;
  bytes: number;
}
