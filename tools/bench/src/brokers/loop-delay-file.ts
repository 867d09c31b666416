/** The file that in-broker/loop-delay.ts writes. Pure. */

/** From a line to the next. */
export const LINE_MS = 200;

export interface Stalls {
  /** Longest time for which the event loop stood still. */
  readonly longestMs: number;
  /** Most CPU time that the main thread used between two turns of its loop. */
  readonly cpuMs: number;
}

/** The worst between two times; undefined when no line lies there. */
export function worstStalls(lines: string, fromMs: number, toMs: number): Stalls | undefined {
  let worst: Stalls | undefined;
  for (const line of lines.split('\n')) {
    const [time, stall, cpu] = line.split(' ').map(Number);
    if (time === undefined || stall === undefined || cpu === undefined || time < fromMs || time > toMs) continue;
    worst = { longestMs: Math.max(worst?.longestMs ?? 0, stall), cpuMs: Math.max(worst?.cpuMs ?? 0, cpu) };
  }
  return worst;
}
