/**
 * Numbers as Java writes them, so that JSON and text of a Java worker and of ours are equal byte by byte.
 *
 * Digits are the fewest that read back as the same number, as Java does since 19; older ones sometimes write more (JDK-4511638).
 */

/** Of a float64: `1.0`, `1.0E10`, `NaN`. */
export function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return String(value);
  const shortest = value.toExponential();
  // Java writes two digits at least, and those nearest to the value: 4.9E-324, not 5.0E-324.
  const [digits = '', exponent = ''] = (shortest.includes('.') ? shortest : value.toExponential(1)).split('e');
  return `${digits}E${exponent.startsWith('+') ? exponent.slice(1) : exponent}`;
}

/** Of a float32. */
export function floatText(value: number): string {
  return doubleText(shortestFloat(value));
}

/** The float64 whose digits are the fewest that name this float32. */
export function shortestFloat(value: number): number {
  const float = Math.fround(value);
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) < 1e7)) return float;
  for (let precision = 2; precision < 9; precision++) {
    const candidate = Number(float.toPrecision(precision));
    if (Math.fround(candidate) === float) return candidate;
  }
  return Number(float.toPrecision(9));
}
