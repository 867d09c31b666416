import type { Output } from '../../output.ts';
import { grouped } from '../../progress.ts';
import { describeLatencies, type LatencySummary } from './latencies.ts';

export interface PerfResult {
  readonly records: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly latency: LatencySummary | undefined;
}

const MEBIBYTE = 1024 * 1024;

export function printPerf(output: Output, verb: string, result: PerfResult, asJson: boolean): void {
  const { records, bytes, durationMs, latency } = result;
  const seconds = Math.max(durationMs, 0.001) / 1_000;
  const [recordsPerSecond, mebibytesPerSecond] = [records / seconds, bytes / MEBIBYTE / seconds];
  if (asJson) {
    output.line(
      JSON.stringify({
        records,
        bytes,
        durationMs: Math.round(durationMs),
        recordsPerSecond: Math.round(recordsPerSecond),
        mebibytesPerSecond: Math.round(mebibytesPerSecond * 100) / 100,
        latency: latency ?? null,
      }),
    );
    return;
  }
  output.line(`${verb} ${grouped(records)} records, ${grouped(bytes)} bytes in ${seconds.toFixed(2)} s`);
  output.line(`rate    ${grouped(recordsPerSecond)} records/s, ${mebibytesPerSecond.toFixed(2)} MiB/s`);
  if (latency !== undefined) output.line(`latency ${describeLatencies(latency)}`);
}
