/**
 * FileStreamSourceConnector: the lines of a file, as records, and then what is appended to it. As Kafka ships one, to try a worker with.
 *
 * Invariants: the offset of a batch is the byte after its last line, so that resuming there repeats and skips nothing; a line is given only
 *   when it is whole, that is, when its end is written.
 * Bounds: a batch has `batch.size` lines at most; one line may be LINE_BYTES_MAX long.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { MillraceError, type Logger } from '@millrace/base';
import { c, config, defineSource, type SourceBatch } from '@millrace/connect-api';
import { BUILT_IN_VERSION } from '../built-in-version.ts';

const CHUNK_BYTES = 64 * 1024;
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const LOOK_AGAIN_MS = 100;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const STRING = { type: 'string', optional: false } as const;

interface FilePartition {
  readonly [name: string]: string;
  readonly filename: string;
}

interface FileOffset {
  readonly [name: string]: number;
  readonly position: number;
}

const settings = config({
  file: c.string().importance('high').doc('File to read, as the worker sees it. It may come into being later.'),
  topic: c.string().nonEmpty().importance('high').doc('Topic to write the lines to.'),
  'batch.size': c.int().default(2000).atLeast(1).importance('low').doc('Lines of a batch at most.'),
});

export const fileStreamSource = defineSource<
  { file: string; topic: string; batchSize: number },
  FilePartition,
  FileOffset
>({
  name: 'FileStreamSourceConnector',
  version: BUILT_IN_VERSION,
  aliases: ['org.apache.kafka.connect.file.FileStreamSourceConnector'],
  config: settings,
  delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
  plan: async function* () {
    // A file has one reader.
    yield [{}];
  },
  task: async (_task, { file, topic, batchSize }, context) => {
    const partition: FilePartition = { filename: file };
    const position = (await context.offset(partition))?.position ?? 0;
    const reader = new LineReader(file, position, context.log);
    return {
      read: (signal) => readBatches(reader, partition, topic, batchSize, signal),
      [Symbol.asyncDispose]: () => reader.close(),
    };
  },
  alterOffsets: async (_config, changes) => {
    for (const { partition, offset } of changes) {
      if (typeof partition['filename'] !== 'string') {
        throw invalidOffset('the partition of a file is { "filename": … }, the path as setting \'file\' has it');
      }
      if (offset === null) continue;
      const { position } = offset;
      if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) {
        throw invalidOffset("the 'position' of an offset has to be a number of bytes, a whole number from 0");
      }
    }
    return 'done';
  },
});

async function* readBatches(
  reader: LineReader,
  partition: FilePartition,
  topic: string,
  batchSize: number,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch<FilePartition, FileOffset>> {
  while (!signal.aborted) {
    const lines = await reader.lines(batchSize);
    if (lines.length === 0) {
      await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const records = lines.map((value) => ({ topic, value, valueSchema: STRING }));
    yield { records, partition, offset: { position: reader.position } };
  }
}

/** Lines of a file that grows. */
class LineReader {
  readonly #path: string;
  readonly #log: Logger;
  #file: FileHandle | undefined;
  /** Read, but not yet given: begins at {@link position}. */
  #rest: Buffer = Buffer.alloc(0);
  #position: number;

  constructor(path: string, position: number, log: Logger) {
    this.#path = path;
    this.#position = position;
    this.#log = log;
  }

  /** Bytes of the lines that were given. */
  get position(): number {
    return this.#position;
  }

  /** None: nothing more is there now. */
  async lines(countMax: number): Promise<string[]> {
    const file = await this.#opened();
    if (file === undefined) return [];
    if (!this.#rest.includes(NEWLINE)) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#position + this.#rest.length);
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
      if (this.#rest.length > LINE_BYTES_MAX) {
        throw new MillraceError(
          'MILLRACE_CONNECT_FAILED',
          `a line of ${this.#path} at byte ${this.#position} is longer than ${LINE_BYTES_MAX} bytes: is it a text file?`,
        );
      }
    }
    const lines: string[] = [];
    let from = 0;
    for (
      let end = this.#rest.indexOf(NEWLINE);
      end >= 0 && lines.length < countMax;
      end = this.#rest.indexOf(NEWLINE, from)
    ) {
      const isReturn = end > from && this.#rest[end - 1] === RETURN;
      lines.push(this.#rest.toString('utf8', from, isReturn ? end - 1 : end));
      from = end + 1;
    }
    this.#rest = this.#rest.subarray(from);
    this.#position += from;
    return lines;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #opened(): Promise<FileHandle | undefined> {
    if (this.#file !== undefined) return this.#file;
    try {
      this.#file = await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
    const { size } = await this.#file.stat();
    if (size < this.#position) {
      this.#log.warn(
        'the file is shorter than what was read of it: waiting for it to grow; reset the offsets to read it anew',
        {
          file: this.#path,
          position: this.#position,
          size,
        },
      );
    }
    return this.#file;
  }
}

function invalidOffset(message: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_INVALID_OFFSET', message);
}
