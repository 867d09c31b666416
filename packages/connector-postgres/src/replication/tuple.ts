/**
 * A row as text, in place: where in a buffer the text of each column is. One instance is filled again and again, so that a row costs no
 * allocation; whoever needs a value longer copies it.
 */
export const NULL_VALUE = -1;
/** A big value that an update did not touch: it is not in the stream. */
export const UNCHANGED_VALUE = -2;

const COLUMNS_MAX = 1664;

export class Tuple {
  source: Buffer = Buffer.alloc(0);
  count = 0;
  readonly starts = new Int32Array(COLUMNS_MAX);
  /** Bytes of the text, {@link NULL_VALUE} or {@link UNCHANGED_VALUE}. */
  readonly lengths = new Int32Array(COLUMNS_MAX);

  /** Null too when the column is not in the row. */
  text(column: number): string | null {
    const length = column < this.count ? (this.lengths[column] ?? NULL_VALUE) : NULL_VALUE;
    if (length < 0) return null;
    const start = this.starts[column] ?? 0;
    return this.source.toString('utf8', start, start + length);
  }
}
