/**
 * What a source calls a place to read from (its source partition, such as a table or a file) and how far it is there (its source offset).
 * Stored as JSON in Kafka Connect's offset format; integers beyond 2^53 are bigint and are stored exactly.
 */
export type Position = { readonly [name: string]: string | number | bigint | boolean | null };

export interface SourceOffset<P extends Position = Position, O extends Position = Position> {
  readonly partition: P;
  readonly offset: O;
}

/**
 * Canonical text of a position: the same for the same names and values, whatever their order, and whether an integer is a number or a bigint.
 * For keys of maps.
 */
export function positionKey(position: Position): string {
  const entries = Object.entries(position).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify(entries, (_name, value: unknown) => (typeof value === 'bigint' ? keyOfBigInt(value) : value));
}

function keyOfBigInt(value: bigint): number | { readonly integer: string } {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { integer: String(value) };
}
