/**
 * Snappy as Kafka uses it: a stream of blocks in the framing of the xerial Java library, or one bare block.
 *
 * Owns: the framing (16 bytes of magic and versions, then an int32 length before each block) and the choice between the native
 *   routine and JavaScript for a block.
 * Invariants: all lengths are added up and judged before the output is allocated.
 * Not here: the block format itself (`snappy-block.ts`).
 */
import { corrupt, tooLarge } from './compression-error.ts';
import { loadNative } from './native.ts';
import { nextTurn } from './next-turn.ts';
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockLength, snappyBlockSizeMax } from './snappy-block.ts';

interface NativeSnappy {
  compress(input: Uint8Array, options: { readonly copyOutputData: boolean }): Promise<Buffer>;
  compressSync(input: Uint8Array, options: { readonly copyOutputData: boolean }): Buffer;
  uncompress(input: Uint8Array, options: { readonly copyOutputData: boolean }): Promise<Buffer>;
  uncompressSync(input: Uint8Array, options: { readonly copyOutputData: boolean }): Buffer;
}

/** Copied output is several times quicker than output wrapped as external memory (measured, docs/adr/0004). */
const NATIVE_OPTIONS = { copyOutputData: true } as const;
/** Below this the call into native code costs more than it saves. */
const NATIVE_BYTES_MIN = 512;
/** What the Java library frames by default; any size is valid. */
const FRAMED_BLOCK_BYTES = 32 * 1024;
const FRAMING_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1]);
const MAGIC_BYTES = 8;
const LENGTH_BYTES = 4;
/** Blocks handed to the thread pool at once, so that one large batch does not fill its queue. */
const CONCURRENT_BLOCKS = 4;

let native: NativeSnappy | undefined;
let isNativeLoaded = false;

function nativeSnappy(): NativeSnappy | undefined {
  if (!isNativeLoaded) {
    native = loadNative('snappy') as NativeSnappy | undefined;
    isNativeLoaded = true;
  }
  return native;
}

/** Compresses with xerial framing, which is what Kafka's Java clients write and every client reads. */
export function compressSnappy(input: Uint8Array): Buffer {
  return frame(inputBlocks(input).map((block) => compressBlock(block)));
}

export async function compressSnappyAsync(input: Uint8Array): Promise<Buffer> {
  return frame(await mapConcurrently(inputBlocks(input), compressBlockAsync));
}

/** Decompresses framed blocks or one bare block. */
export function decompressSnappy(input: Uint8Array, outputBytesMax: number): Buffer {
  const { blocks, lengths, total } = plan(input, outputBytesMax);
  const output = Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const length = lengths[index]!;
    const library = length < NATIVE_BYTES_MIN ? undefined : nativeSnappy();
    if (library === undefined) {
      decompressSnappyBlock(block, output, at);
    } else {
      let opened: Buffer;
      try {
        opened = library.uncompressSync(block, NATIVE_OPTIONS);
      } catch (error) {
        throw corrupt('snappy', 'a block is damaged', error);
      }
      place(opened, length, output, at);
    }
    at += length;
  }
  return output;
}

export async function decompressSnappyAsync(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  const { blocks, lengths, total } = plan(input, outputBytesMax);
  if (total < NATIVE_BYTES_MIN) return decompressSnappy(input, outputBytesMax);
  const output = Buffer.allocUnsafeSlow(total);
  let next = 0;
  const planned = blocks.map((block, index) => {
    const length = lengths[index]!;
    const at = next;
    next += length;
    return { block, length, at };
  });
  const library = nativeSnappy();
  await mapConcurrently(planned, async ({ block, length, at }) => {
    if (library === undefined) {
      decompressSnappyBlock(block, output, at);
      return nextTurn();
    }
    let opened: Buffer;
    try {
      opened = await library.uncompress(block, NATIVE_OPTIONS);
    } catch (error) {
      throw corrupt('snappy', 'a block is damaged', error);
    }
    place(opened, length, output, at);
  });
  return output;
}

function place(opened: Buffer, length: number, output: Buffer, at: number): void {
  if (opened.length !== length) throw corrupt('snappy', `a block announces ${length} bytes and holds ${opened.length}`);
  output.set(opened, at);
}

/** The blocks of the input, their announced lengths and the sum, all checked against the bound. */
function plan(
  input: Uint8Array,
  outputBytesMax: number,
): { blocks: readonly Uint8Array[]; lengths: readonly number[]; total: number } {
  if (!isFramingHeader(input, 0)) {
    const length = snappyBlockLength(input, outputBytesMax);
    return { blocks: [input], lengths: [length], total: length };
  }
  const blocks: Uint8Array[] = [];
  const lengths: number[] = [];
  let total = 0;
  let at = FRAMING_HEADER.length;
  if (input.length < at) throw corrupt('snappy', 'the framing header is cut');
  while (at < input.length) {
    // Streams may be concatenated: a header in the place of a length starts the next one.
    if (isFramingHeader(input, at)) {
      if (input.length - at < FRAMING_HEADER.length) throw corrupt('snappy', 'a framing header is cut');
      at += FRAMING_HEADER.length;
      continue;
    }
    const start = at + LENGTH_BYTES;
    if (start > input.length) throw corrupt('snappy', 'the length of a block is cut');
    const size = (input[at]! << 24) | (input[at + 1]! << 16) | (input[at + 2]! << 8) | input[at + 3]!;
    if (size < 0 || start + size > input.length) {
      throw corrupt('snappy', `a block claims ${size} bytes where ${input.length - start} are left`);
    }
    const block = input.subarray(start, start + size);
    const length = snappyBlockLength(block, outputBytesMax);
    total += length;
    if (total > outputBytesMax) throw tooLarge('snappy', outputBytesMax);
    blocks.push(block);
    lengths.push(length);
    at = start + size;
  }
  return { blocks, lengths, total };
}

function isFramingHeader(input: Uint8Array, at: number): boolean {
  if (input.length - at < MAGIC_BYTES) return false;
  for (let byte = 0; byte < MAGIC_BYTES; byte++) if (input[at + byte] !== FRAMING_HEADER[byte]) return false;
  return true;
}

function inputBlocks(input: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < input.length; at += FRAMED_BLOCK_BYTES)
    blocks.push(input.subarray(at, at + FRAMED_BLOCK_BYTES));
  return blocks;
}

function frame(blocks: readonly Uint8Array[]): Buffer {
  let size = FRAMING_HEADER.length;
  for (const block of blocks) size += LENGTH_BYTES + block.length;
  const output = Buffer.allocUnsafeSlow(size);
  output.set(FRAMING_HEADER, 0);
  let at = FRAMING_HEADER.length;
  for (const block of blocks) {
    output.writeInt32BE(block.length, at);
    output.set(block, at + LENGTH_BYTES);
    at += LENGTH_BYTES + block.length;
  }
  return output;
}

function compressBlock(block: Uint8Array): Uint8Array {
  const library = block.length < NATIVE_BYTES_MIN ? undefined : nativeSnappy();
  if (library !== undefined) return library.compressSync(block, NATIVE_OPTIONS);
  const output = new Uint8Array(snappyBlockSizeMax(block.length));
  return output.subarray(0, compressSnappyBlock(block, output, 0));
}

async function compressBlockAsync(block: Uint8Array): Promise<Uint8Array> {
  const library = block.length < NATIVE_BYTES_MIN ? undefined : nativeSnappy();
  return library === undefined ? compressBlock(block) : library.compress(block, NATIVE_OPTIONS);
}

/** Results in the order of the items, with at most {@link CONCURRENT_BLOCKS} in flight. */
async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await run(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_BLOCKS, items.length) }, lane));
  return results;
}
