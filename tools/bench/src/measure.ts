/**
 * Measuring in CPU time: contenders take turns, and the median of their rounds counts.
 *
 * CPU seconds (user and system, all threads of the process: garbage collection and compilation included) say what work costs on one core
 * and stand a busy machine better than the clock does. Turns spread slow minutes over everybody.
 */

/** One side of a comparison. */
export interface Contender {
  readonly name: string;
  /** Does a fixed portion of work and returns how many units it was. */
  run(): number | Promise<number>;
}

export interface MeasureOptions {
  /** Rounds that count. An odd number has a middle. */
  readonly rounds: number;
  /** CPU seconds to spend on a contender per round, at least. */
  readonly roundSeconds: number;
  /** CPU seconds used by this process so far; injected by tests. */
  readonly cpuSeconds?: () => number;
}

export interface Measurement {
  readonly name: string;
  /** Units per CPU second: the median of the rounds. */
  readonly unitsPerSecond: number;
  /** Units per CPU second of each round, in order. */
  readonly rounds: readonly number[];
}

/** Runs every contender once unmeasured for warmth, then `rounds` times in turn. */
export async function measure(contenders: readonly Contender[], options: MeasureOptions): Promise<Measurement[]> {
  const rates = contenders.map((): number[] => []);
  for (let round = -1; round < options.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const rate = await runFor(contender, options);
      if (round >= 0) rates[index]?.push(rate);
    }
  }
  return contenders.map(({ name }, index) => {
    const rounds = rates[index] ?? [];
    return { name, unitsPerSecond: median(rounds), rounds };
  });
}

/** The middle value; of an even count the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no values to take the median of');
  return middle;
}

async function runFor(contender: Contender, options: MeasureOptions): Promise<number> {
  const cpuSeconds = options.cpuSeconds ?? processCpuSeconds;
  const start = cpuSeconds();
  let units = 0;
  let spent: number;
  do {
    const done = contender.run();
    units += typeof done === 'number' ? done : await done;
    spent = cpuSeconds() - start;
  } while (spent < options.roundSeconds);
  return units / spent;
}

function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
