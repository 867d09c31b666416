import { SeededRandom } from '@millrace/base';
import { CompressionError, COMPRESSION_CODECS } from '@millrace/compression';
import { stampCrc } from './batch-header.ts';
import { batchPositions } from './batch-iteration.ts';
import { decodeBatch } from './record-batch-reader.ts';
import { RecordBatchWriter } from './record-batch-writer.ts';
import { RecordsError } from './records-error.ts';
import { openBatch, validateBatch } from './validate-batch.ts';

/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const RUNS = 3000;
const ERROR_CODES = new Set([0, 2, 10, 32, 87]);
const OUTPUT_BYTES_MAX = 1_000_000;

function sampleBatches(random: SeededRandom): Buffer[] {
  return COMPRESSION_CODECS.flatMap((codec) =>
    [1, 3, 60].map((count) => {
      const writer = new RecordBatchWriter();
      for (let index = 0; index < count; index++) {
        const headers = index % 3 === 0 ? [{ key: `h${index}`, value: index % 2 === 0 ? null : 'header' }] : [];
        const value = index % 7 === 0 ? null : random.bytes(random.nextInt(200));
        writer.append(
          index % 5 === 0 ? null : `key ${index}`,
          value,
          1_760_000_000_000 + random.nextInt(9000),
          headers,
        );
      }
      return writer.finish({ codec });
    }),
  );
}

/** The header of a batch that claims so many records. */
function headerOf(count: number): Buffer {
  const writer = new RecordBatchWriter();
  for (let index = 0; index < count; index++) writer.append(null, null, 0);
  return writer.finish().subarray(0, 61);
}

/** Everything that can be asked of a batch. */
function readAll(bytes: Buffer, checkCrc: boolean): void {
  const batch = decodeBatch(bytes, 0, { checkCrc, outputBytesMax: OUTPUT_BYTES_MAX });
  for (const record of batch) {
    let size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    for (const { value } of record.headers) size += value?.length ?? 0;
    const isSound = size <= OUTPUT_BYTES_MAX && !Number.isNaN(record.offset) && !Number.isNaN(record.timestamp);
    if (!isSound) throw new Error(`record ${record.index} of ${size} bytes at ${record.offset}, ${record.timestamp}`);
  }
}

function attempt(bytes: Buffer, what: string): void {
  try {
    readAll(bytes, false);
  } catch (error) {
    if (!(error instanceof RecordsError || error instanceof CompressionError)) {
      throw new Error(`${what}: ${String(error)}\n${bytes.toString('hex')}`, { cause: error });
    }
  }
  const options = { requireKeys: true, outputBytesMax: OUTPUT_BYTES_MAX };
  const { errorCode } = validateBatch(bytes, options);
  if (!ERROR_CODES.has(errorCode)) throw new Error(`${what}: error code ${errorCode}`);
  const isAccepted = validateBatch(bytes, { outputBytesMax: OUTPUT_BYTES_MAX }).errorCode === 0;
  if (isAccepted) assertReadable(bytes, what);
}

/** What a broker accepts, every consumer can read, at the offsets that the broker counted. */
function assertReadable(bytes: Buffer, what: string): void {
  readAll(bytes, true);
  const batch = decodeBatch(bytes);
  for (const { index, offset } of batch) {
    if (offset !== batch.baseOffset + index) throw new Error(`${what}: record ${index} is accepted at ${offset}`);
  }
}

describe('hostile record batches', () => {
  it('with flipped bytes and a CRC that hides them give typed errors only', () => {
    const random = new SeededRandom(SEED);
    const samples = sampleBatches(random);

    for (let run = 0; run < RUNS; run++) {
      const bytes = Buffer.from(samples[run % samples.length]!);
      // Half of the runs leave the header alone, so that the records behind it are reached.
      const from = run % 2 === 0 ? 21 : 61;
      for (let flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[from + random.nextInt(bytes.length - from)] = random.nextInt(256);
      }
      stampCrc(bytes, 0);
      attempt(bytes, `seed ${SEED} run ${run}`);
    }
  });

  it('are judged alike at once and off the event loop', async () => {
    const random = new SeededRandom(SEED + 4);
    const options = { outputBytesMax: OUTPUT_BYTES_MAX };
    const samples = sampleBatches(random);
    let acceptedCount = 0;

    for (let run = 0; run < RUNS / 5; run++) {
      const bytes = Buffer.from(samples[run % samples.length]!);
      bytes[61 + random.nextInt(bytes.length - 61)] = random.nextInt(256);
      stampCrc(bytes, 0);
      const verdict = validateBatch(bytes, options);
      const other = (await openBatch(bytes, options, () => Promise.resolve())).verdict;
      if (verdict.errorCode === 0) acceptedCount++;
      expect({ seed: SEED, run, verdict: other }).toEqual({ seed: SEED, run, verdict });
    }
    // Some of the changes hit a value and do no harm.
    expect(acceptedCount).toBeGreaterThan(0);
  });

  it('that are cut and claim to be whole give typed errors only', () => {
    const random = new SeededRandom(SEED + 1);

    for (const sample of sampleBatches(random)) {
      const step = Math.max(1, Math.floor(sample.length / 150));
      for (let length = 61; length < sample.length; length += step) {
        const bytes = Buffer.from(sample.subarray(0, length));
        bytes.writeInt32BE(length - 12, 8);
        stampCrc(bytes, 0);
        attempt(bytes, `cut at ${length}`);
      }
    }
  });

  it('of random bytes give typed errors only, and walking them ends', () => {
    const random = new SeededRandom(SEED + 2);

    for (let run = 0; run < RUNS; run++) {
      const bytes = random.bytes(random.nextInt(400));
      if (bytes.length > 16) bytes[16] = 2;
      attempt(bytes, `seed ${SEED + 2} run ${run}`);
      try {
        expect([...batchPositions(bytes)].length).toBeLessThanOrEqual(bytes.length / 61);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordsError);
      }
    }
  });

  it('of random records behind a true header give typed errors only', () => {
    const random = new SeededRandom(SEED + 3);

    for (let run = 0; run < RUNS; run++) {
      const body = random.bytes(random.nextInt(80));
      // Small numbers make lengths that fit, and so reach the deeper checks.
      for (let at = 0; at < body.length; at++) if (random.nextInt(3) > 0) body[at] = random.nextInt(16);
      const bytes = Buffer.concat([headerOf(1 + random.nextInt(5)), body]);
      bytes.writeInt32BE(bytes.length - 12, 8);
      stampCrc(bytes, 0);
      attempt(bytes, `seed ${SEED + 3} run ${run}`);
    }
  });
});
