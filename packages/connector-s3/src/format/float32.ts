/** Digits that tell every float32 from its neighbours; those of up to the first number are exact in it. */
const DIGITS = { exact: 6, all: 9 } as const;
const NORMAL_MIN = 2 ** -126;

/** The number with the fewest digits among those that are this float32: 0.1 and not 0.10000000149011612, which are digits of a float64. */
export function shortestFloat32(value: number): number {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) return value;
  // Below the smallest normal number even few digits may be more than there are.
  const first = Math.abs(float) < NORMAL_MIN ? 1 : DIGITS.exact;
  for (let digits: number = first; digits < DIGITS.all; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(DIGITS.all));
}
