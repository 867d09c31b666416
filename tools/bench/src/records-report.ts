import { markdownTable } from '@millrace/testing';
import type { Measurement } from './measure.ts';
import { KEY_BYTES, RECORD_COUNT, VALUE_BYTES } from './record-workload.ts';
import { DECODE_FLOOR, ENCODE_FLOOR, OUR_DECODER, OUR_ENCODER, type RecordFigures } from './records-bench.ts';

/** Where and how a run was made. */
export interface RunContext {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly rounds: number;
}

/** Whether the project's own floors hold. */
export function floorsMet(figures: RecordFigures): boolean {
  return rateOf(figures.encode, OUR_ENCODER) >= ENCODE_FLOOR && rateOf(figures.decode, OUR_DECODER) >= DECODE_FLOOR;
}

/** The section of docs/performance.md. */
export function reportRecords(figures: RecordFigures, context: RunContext): string {
  return [
    '## Record batches',
    `${context.date}, ${context.machine}. Command: \`${context.command}\`.`,
    `Batches of ${RECORD_COUNT} records, keys of ${KEY_BYTES} bytes, values of ${VALUE_BYTES} bytes. ` +
      `Millions of records per CPU second (user and system, garbage collection included), median of ${context.rounds} ` +
      'alternating rounds; lowest and highest round beside it.',
    rateTable('encode an uncompressed batch', figures.encode),
    rateTable('decode an uncompressed batch', figures.decode),
    `Floors: encode from strings ${millions(ENCODE_FLOOR)}, decode to value buffers ${millions(DECODE_FLOOR)}: ` +
      `${floorsMet(figures) ? 'met' : 'missed'} in this run. kafkajs and @platformatic/kafka do not verify CRCs.`,
    rateTable('broker, per record of a batch', figures.broker),
    `Codecs on the ${RECORD_COUNT} records of one such batch, default levels, MB per CPU second of uncompressed data:`,
    markdownTable(
      ['codec', 'ratio', 'compress', 'decompress'],
      figures.codecs.map(({ codec, ratio, compressBytesPerSecond, decompressBytesPerSecond }) => [
        codec,
        ratio.toFixed(2),
        megabytes(compressBytesPerSecond),
        megabytes(decompressBytesPerSecond),
      ]),
    ),
  ].join('\n\n');
}

function rateTable(title: string, measurements: readonly Measurement[]): string {
  return markdownTable(
    [title, 'median', 'lowest', 'highest'],
    measurements.map(({ name, unitsPerSecond, rounds }) => [
      name,
      millions(unitsPerSecond),
      millions(Math.min(...rounds)),
      millions(Math.max(...rounds)),
    ]),
  );
}

function rateOf(measurements: readonly Measurement[], name: string): number {
  return measurements.find((measurement) => measurement.name === name)?.unitsPerSecond ?? 0;
}

function millions(rate: number): string {
  return `${(rate / 1_000_000).toFixed(2)} M`;
}

function megabytes(bytesPerSecond: number): string {
  return Math.round(bytesPerSecond / 1_000_000).toString();
}
