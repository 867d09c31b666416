/** What a group member tells the demo. */
export type MemberMessage =
  | { readonly kind: 'assigned'; readonly partitions: readonly number[] }
  /** One batch: keys and values side by side, and when each was produced (ms since the epoch). */
  | {
      readonly kind: 'processed';
      readonly keys: readonly string[];
      readonly values: readonly string[];
      readonly producedAtMs: readonly number[];
      readonly receivedAtMs: number;
    };
