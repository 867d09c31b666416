/** Reads what in-broker/loop-delay.ts writes. Pure. */

/** The longest stall in ms between two times; undefined when no line lies there. */
export function longestStallMs(lines: string, fromMs: number, toMs: number): number | undefined {
  let longest: number | undefined;
  for (const line of lines.split('\n')) {
    const [time, stall] = line.split(' ').map(Number);
    if (time === undefined || stall === undefined || time < fromMs || time > toMs) continue;
    longest = Math.max(longest ?? 0, stall);
  }
  return longest;
}
