/**
 * Checkpoint files: the state of every partition, from which recovery starts.
 *
 * Owns: `checkpoints/<number>.checkpoint`, its blocks and their CRCs; only a file whose last block is there and right counts.
 */
import { crc32c } from '@millrace/compression';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import { readWholeFile, type FileSystem } from './file-system.ts';
import { decodePartitionState, encodePartitionState, type PartitionState } from './partition-state.ts';

/** "MRC", then the kind of block. */
const MAGIC = 0x0043524d;
const BLOCK_HEADER_BYTES = 12;
const NUMBER_DIGITS = 12;

const BlockKind = { header: 1, partitions: 2, end: 3 } as const;

export interface CheckpointHeader {
  /** First journal group that recovery must read. */
  readonly replayLsn: number;
  /** Number that the next journal group gets. */
  readonly nextLsn: number;
  readonly createdMs: number;
  /** Written while closing: nothing was appended after it. */
  readonly isClosing: boolean;
}

export interface Checkpoint extends CheckpointHeader {
  readonly number: number;
  readonly partitions: readonly PartitionState[];
}

/** A block with the states of some partitions. */
export function encodePartitionsBlock(states: readonly PartitionState[]): Buffer {
  const writer = new ByteWriter();
  writer.uint32(states.length);
  for (const state of states) encodePartitionState(writer, state);
  return block(BlockKind.partitions, writer);
}

/** Blocks of a checkpoint file, of which {@link encodePartitionsBlock} made those in the middle. */
export function* checkpointBlocks(
  header: CheckpointHeader,
  partitionsBlocks: readonly Buffer[],
  partitionCount: number,
): Generator<Buffer, void, undefined> {
  const writer = new ByteWriter();
  writer
    .number(header.replayLsn)
    .number(header.nextLsn)
    .number(header.createdMs)
    .uint8(header.isClosing ? 1 : 0);
  yield block(BlockKind.header, writer);
  yield* partitionsBlocks;
  writer.reset();
  writer.uint32(partitionCount);
  yield block(BlockKind.end, writer);
}

/** Where and why a checkpoint file is not whole. */
export interface CheckpointFault {
  readonly position: number;
  readonly reason: string;
}

/** Undefined when the file is not whole. */
export function decodeCheckpoint(number: number, content: Buffer): Checkpoint | undefined {
  const outcome = parseCheckpoint(number, content);
  return 'checkpoint' in outcome ? outcome.checkpoint : undefined;
}

/** The checkpoint, or the first thing that is wrong with it. */
export function parseCheckpoint(
  number: number,
  content: Buffer,
): { readonly checkpoint: Checkpoint } | { readonly fault: CheckpointFault } {
  let header: CheckpointHeader | undefined;
  const partitions: PartitionState[] = [];
  let at = 0;
  const fault = (reason: string): { readonly fault: CheckpointFault } => ({ fault: { position: at, reason } });
  while (at + BLOCK_HEADER_BYTES <= content.length) {
    const sizeBytes = content.readUInt32LE(at + 8);
    const end = at + BLOCK_HEADER_BYTES + sizeBytes;
    if ((content.readUInt32LE(at) & 0x00ffffff) !== MAGIC) return fault('no block begins there');
    if (end > content.length) return fault('a block goes past the end of the file');
    if (crc32c(content, at + 8, end) !== content.readUInt32LE(at + 4))
      return fault('the CRC of a block does not match');
    const kind = content.readUInt8(at + 3);
    const reader = new ByteReader(content.subarray(at + BLOCK_HEADER_BYTES, end));
    if (kind === BlockKind.header) {
      header = {
        replayLsn: reader.number(),
        nextLsn: reader.number(),
        createdMs: reader.number(),
        isClosing: reader.uint8() === 1,
      };
    } else if (kind === BlockKind.partitions) {
      for (let left = reader.uint32(); left > 0; left--) partitions.push(decodePartitionState(reader));
    } else {
      if (header === undefined || kind !== BlockKind.end) return fault('a block of another kind was due');
      if (reader.uint32() !== partitions.length)
        return fault('the number of partitions is not what the end block says');
      return { checkpoint: { ...header, number, partitions } };
    }
    at = end;
  }
  return fault('the end block is missing');
}

/** Magic and kind, CRC over the rest, length, payload. */
function block(kind: number, writer: ByteWriter): Buffer {
  const payload = writer.bytes;
  const bytes = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + payload.length);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt8(kind, 3);
  bytes.writeUInt32LE(payload.length, 8);
  payload.copy(bytes, BLOCK_HEADER_BYTES);
  bytes.writeUInt32LE(crc32c(bytes, 8), 4);
  return bytes;
}

export function checkpointFileName(number: number): string {
  return `${String(number).padStart(NUMBER_DIGITS, '0')}.checkpoint`;
}

/** Numbers of the checkpoint files in the directory, newest first. */
export async function listCheckpoints(fileSystem: FileSystem, directory: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of await fileSystem.list(directory)) {
    const digits = /^(\d{12})\.checkpoint$/.exec(name)?.[1];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => b - a);
}

export async function readCheckpoint(
  fileSystem: FileSystem,
  directory: string,
  number: number,
): Promise<Checkpoint | undefined> {
  const content = await readWholeFile(fileSystem, `${directory}/${checkpointFileName(number)}`);
  return content === undefined ? undefined : decodeCheckpoint(number, content);
}
