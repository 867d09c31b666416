/** Cuts bytes into pieces that end with a separator. Bounds: a piece of `maxBytes`; of a longer one only the beginning is kept. */
export interface Piece {
  /** Without its separator. */
  readonly bytes: Buffer;
  /** Position after the piece and its separator, from the beginning of the object. */
  readonly end: number;
  readonly isTooLong: boolean;
}

export interface SplitOptions {
  /** Empty: all bytes are one piece. */
  readonly separator: Uint8Array;
  readonly maxBytes: number;
  /** Whether separators between double quotes do not count, as in CSV. */
  readonly isQuoted: boolean;
  /** Position of the first byte. */
  readonly start: number;
}

const QUOTE = 0x22;

export async function* split(bytes: AsyncIterable<Uint8Array>, options: SplitOptions): AsyncGenerator<Piece> {
  const { separator, maxBytes, isQuoted } = options;
  /** Bytes since the last piece. */
  let rest: Buffer = Buffer.alloc(0);
  /** Up to where the rest was searched; for quoted text also whether that is between quotes. */
  let searched = 0;
  let isInQuotes = false;
  /** The beginning of a piece that is too long, and how many of its bytes are no longer in the rest. */
  let head: Buffer | undefined;
  let lostBytes = 0;
  let end = options.start;
  const piece = (ownBytes: Buffer): Piece => {
    const whole = head ?? ownBytes;
    const made = { bytes: whole.subarray(0, maxBytes), end, isTooLong: head !== undefined || whole.length > maxBytes };
    head = undefined;
    lostBytes = 0;
    return made;
  };
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (;;) {
      const at = separator.length === 0 ? -1 : rest.indexOf(separator, searched);
      const until = at === -1 ? rest.length : at;
      if (isQuoted) isInQuotes = oddQuotes(rest, searched, until) !== isInQuotes;
      if (at === -1) {
        // A separator may have begun at the end.
        searched = isQuoted ? until : Math.max(from, until - separator.length + 1);
        break;
      }
      searched = at + separator.length;
      if (isInQuotes) continue;
      end += lostBytes + searched - from;
      yield piece(rest.subarray(from, at));
      from = searched;
    }
    rest = rest.subarray(from);
    searched -= from;
    if (searched > maxBytes || (head !== undefined && searched > 0)) {
      head ??= Buffer.from(rest.subarray(0, maxBytes));
      lostBytes += searched;
      rest = rest.subarray(searched);
      searched = 0;
    }
  }
  if (rest.length + lostBytes === 0) return;
  end += lostBytes + rest.length;
  yield piece(rest);
}

function oddQuotes(bytes: Buffer, from: number, until: number): boolean {
  let isOdd = false;
  for (let at = bytes.indexOf(QUOTE, from); at !== -1 && at < until; at = bytes.indexOf(QUOTE, at + 1)) isOdd = !isOdd;
  return isOdd;
}
