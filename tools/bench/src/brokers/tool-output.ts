/**
 * What Kafka's load tools print about themselves, as numbers. Pure; throws with the output when it is not what was expected.
 */

export interface ProducerFigures {
  readonly records: number;
  readonly recordsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export interface ConsumerFigures {
  readonly records: number;
  /** Records per second of fetching: the time until the group was formed is not counted. */
  readonly recordsPerSecond: number;
}

export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export interface RateFigures extends LatencyFigures {
  readonly perSecond: number;
  /** How many there were, those of the warm-up included. */
  readonly total: number;
}

const PRODUCER_LINE =
  /^(\d+)( steady state)? records sent, ([\d.]+) records\/sec .* (\d+) ms 50th, (\d+) ms 95th, (\d+) ms 99th, (\d+) ms 99\.9th\.$/gm;

/** The last summary of ProducerPerformance; with `--warmup-records` that is the one of the steady state. */
export function parseProducerPerformance(output: string): ProducerFigures {
  const lines = [...output.matchAll(PRODUCER_LINE)];
  const line = lines.find((match) => match[2] !== undefined) ?? lines.at(-1);
  if (line === undefined) throw unexpected('ProducerPerformance', output);
  const [, records, , rate, p50, , p99, p999] = line;
  return {
    records: Number(records),
    recordsPerSecond: Number(rate),
    p50Ms: Number(p50),
    p99Ms: Number(p99),
    p999Ms: Number(p999),
  };
}

/** The table of ConsumerPerformance; columns are found by name. */
export function parseConsumerPerformance(output: string): ConsumerFigures {
  const lines = output.split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  const headAt = lines.findIndex((cells) => cells.includes('fetch.nMsg.sec'));
  const head = lines[headAt];
  const row = lines[headAt + 1];
  if (head === undefined || row === undefined || row.length !== head.length) {
    throw unexpected('ConsumerPerformance', output);
  }
  const cell = (name: string): number => Number(row[head.indexOf(name)]);
  const figures = { records: cell('data.consumed.in.nMsg'), recordsPerSecond: cell('fetch.nMsg.sec') };
  if (!(figures.records > 0) || !(figures.recordsPerSecond > 0)) throw unexpected('ConsumerPerformance', output);
  return figures;
}

/** The rate from the line at which `fromRecords` were read to the last, of ConsumerPerformance with detailed statistics. */
export function parseConsumerProgress(output: string, fromRecords: number): number {
  const lines = output.split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  const head = lines.find((cells) => cells.includes('data.consumed.in.nMsg'));
  const readAt = head?.indexOf('data.consumed.in.nMsg') ?? -1;
  const points = lines.flatMap((cells) => {
    const time = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}):(\d{3})$/.exec(cells[0] ?? '');
    if (time === null || cells.length !== head?.length) return [];
    return [{ timeMs: Date.parse(`${time[1]}T${time[2]}.${time[3]}Z`), records: Number(cells[readAt]) }];
  });
  const from = points.find(({ records }) => records >= fromRecords);
  const last = points.at(-1);
  if (from === undefined || last === undefined || !(last.timeMs > from.timeMs)) {
    throw unexpected('ConsumerPerformance', output);
  }
  return ((last.records - from.records) / (last.timeMs - from.timeMs)) * 1_000;
}

/** The last lines of EndToEndLatency. It prints whole milliseconds. */
export function parseEndToEndLatency(output: string): LatencyFigures {
  const found = /Percentiles: 50th = (\d+), 99th = (\d+), 99\.9th = (\d+)/.exec(output);
  if (found === null) throw unexpected('EndToEndLatency', output);
  return { p50Ms: Number(found[1]), p99Ms: Number(found[2]), p999Ms: Number(found[3]) };
}

/** The line of tools/bench/java/LatencyProbe.java. */
export function parseLatencyProbe(output: string): LatencyFigures & { readonly records: number } {
  const found = /^latency records=(\d+) p50=([\d.]+) p99=([\d.]+) p99\.9=([\d.]+) max=[\d.]+$/m.exec(output);
  if (found === null) throw unexpected('LatencyProbe', output);
  const [, records, p50, p99, p999] = found;
  return { records: Number(records), p50Ms: Number(p50), p99Ms: Number(p99), p999Ms: Number(p999) };
}

/** Both lines of tools/bench/java/LatencyProbe.java where it works in turns: of even ones, and of odd ones. */
export function parseTurns(output: string): readonly [even: LatencyFigures, odd: LatencyFigures] {
  const [even, odd] = output.split('\n').filter((line) => line.startsWith('latency '));
  if (even === undefined || odd === undefined) throw unexpected('LatencyProbe', output);
  return [parseLatencyProbe(even), parseLatencyProbe(odd)];
}

/** The line of tools/bench/java/TransactionProbe.java. */
export function parseTransactionProbe(output: string): RateFigures {
  const found = /^rate total=(\d+) per_second=([\d.]+) p50=([\d.]+) p99=([\d.]+) p99\.9=([\d.]+) max=[\d.]+$/m.exec(
    output,
  );
  if (found === null) throw unexpected('TransactionProbe', output);
  const [, total, perSecond, p50, p99, p999] = found;
  return {
    total: Number(total),
    perSecond: Number(perSecond),
    p50Ms: Number(p50),
    p99Ms: Number(p99),
    p999Ms: Number(p999),
  };
}

function unexpected(tool: string, output: string): Error {
  return new Error(`${tool} printed something else than its summary:\n${output.trim().slice(-2_000)}`);
}
