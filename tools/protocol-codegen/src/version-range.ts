/** An inclusive range of message versions. An open end is Infinity; the empty range has `from > to`. */
export interface VersionRange {
  readonly from: number;
  readonly to: number;
}

export const NO_VERSIONS: VersionRange = { from: Infinity, to: -1 };

/** Reads `3`, `3+`, `0-7` or `none`; undefined when the text is none of these. */
export function parseVersionRange(text: string): VersionRange | undefined {
  if (text === 'none') return NO_VERSIONS;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === '+' ? Infinity : match[3] === undefined ? from : Number(match[3]);
  return to < from ? undefined : { from, to };
}

export function isEmpty(range: VersionRange): boolean {
  return range.from > range.to;
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  const range = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return isEmpty(range) ? NO_VERSIONS : range;
}

/** The smallest range that covers both. */
export function hull(a: VersionRange, b: VersionRange): VersionRange {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

export function covers(outer: VersionRange, inner: VersionRange): boolean {
  return isEmpty(inner) || (outer.from <= inner.from && outer.to >= inner.to);
}

export function sameRange(a: VersionRange, b: VersionRange): boolean {
  return (isEmpty(a) && isEmpty(b)) || (a.from === b.from && a.to === b.to);
}

export function formatRange(range: VersionRange): string {
  if (isEmpty(range)) return 'none';
  if (range.to === Infinity) return `${range.from}+`;
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}
