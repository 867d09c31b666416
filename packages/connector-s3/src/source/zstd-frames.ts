/**
 * Decompresses zstd with any number of frames (RFC 8878 section 3.1), which Node's own stream does not: it stops after the first one and
 * says nothing. So the borders of frames are followed here, by their block headers, and each frame gets a decompressor of its own.
 *
 * Bounds: a frame header or a block header in memory (18 bytes) beside what the decompressor holds.
 */
import { once } from 'node:events';
import { createZstdDecompress } from 'node:zlib';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const FRAME_HEADER_BYTES_MAX = 18;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RLE_BLOCK = 1;

type State = 'frame' | 'block' | 'content' | 'checksum' | 'skipped';

/** Where frames end. Throws when the bytes are no zstd. */
class FrameWalk {
  #state: State = 'frame';
  /** A header that has not come whole yet. */
  #header: Buffer = Buffer.alloc(0);
  #left = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  get isBetweenFrames(): boolean {
    return this.#state === 'frame' && this.#header.length === 0;
  }

  /** Goes through the bytes up to the end of a frame; returns how many that were, and whether a frame ends there. */
  advance(bytes: Uint8Array): { readonly length: number; readonly isEnd: boolean } {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'content' || this.#state === 'checksum' || this.#state === 'skipped') {
        const step = Math.min(this.#left, bytes.length - at);
        at += step;
        this.#left -= step;
        if (this.#left === 0 && this.#ended()) return { length: at, isEnd: true };
        continue;
      }
      const before = this.#header.length;
      const wanted = this.#state === 'block' ? BLOCK_HEADER_BYTES : FRAME_HEADER_BYTES_MAX;
      this.#header = Buffer.concat([this.#header, bytes.subarray(at, at + wanted - before)]);
      const used = this.#state === 'block' ? this.#readBlock() : this.#readFrame();
      if (used === undefined) return { length: bytes.length, isEnd: false };
      at += used - before;
      this.#header = Buffer.alloc(0);
      if (this.#left === 0 && this.#state !== 'block' && this.#ended()) return { length: at, isEnd: true };
    }
    return { length: bytes.length, isEnd: false };
  }

  /** What was counted down is through; whether the frame is too. */
  #ended(): boolean {
    if (this.#state === 'content' && !this.#isLastBlock) {
      this.#state = 'block';
      return false;
    }
    if (this.#state === 'content' && this.#hasChecksum) {
      this.#state = 'checksum';
      this.#left = CHECKSUM_BYTES;
      return false;
    }
    this.#state = 'frame';
    return true;
  }

  /** @returns how long the header is; undefined when more bytes are needed */
  #readFrame(): number | undefined {
    const header = this.#header;
    if (header.length < 5) return undefined;
    const magic = header.readUInt32LE(0);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      if (header.length < 8) return undefined;
      this.#state = 'skipped';
      this.#left = header.readUInt32LE(4);
      return 8;
    }
    if (magic !== MAGIC) throw new Error('there is no zstd frame');
    const descriptor = header.readUInt8(4);
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeFlag;
    const length = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + sizeBytes;
    if (header.length < length) return undefined;
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#state = 'block';
    this.#left = 0;
    return length;
  }

  #readBlock(): number | undefined {
    if (this.#header.length < BLOCK_HEADER_BYTES) return undefined;
    const header = this.#header.readUIntLE(0, BLOCK_HEADER_BYTES);
    this.#isLastBlock = (header & 1) !== 0;
    this.#left = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
    this.#state = 'content';
    return BLOCK_HEADER_BYTES;
  }
}

export async function* zstdDecompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = new FrameWalk();
  let frame: FrameDecompressor | undefined;
  try {
    for await (const chunk of bytes) {
      let rest = chunk;
      while (rest.length > 0) {
        frame ??= new FrameDecompressor();
        const { length, isEnd } = walk.advance(rest);
        yield* await frame.write(rest.subarray(0, length), isEnd);
        if (isEnd) frame = undefined;
        rest = rest.subarray(length);
      }
    }
    if (!walk.isBetweenFrames) throw new Error('unexpected end of file');
  } finally {
    frame?.destroy();
  }
}

/** One frame; what it makes of a piece is handed over before the next is taken. */
class FrameDecompressor {
  readonly #stream = createZstdDecompress();
  #output: Uint8Array[] = [];
  #failure: Error | undefined;

  constructor() {
    this.#stream.on('data', (chunk: Uint8Array) => this.#output.push(chunk));
    this.#stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  async write(bytes: Uint8Array, isLast: boolean): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()));
    if (isLast && this.#failure === undefined) {
      const ended = once(this.#stream, 'end').catch(() => undefined);
      this.#stream.end();
      await ended;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const output = this.#output;
    this.#output = [];
    return output;
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
