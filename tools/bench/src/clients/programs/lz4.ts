import { compress, decompress } from '@millrace/compression';

const OUTPUT_BYTES_MAX = 128 * 1024 * 1024;

/** The lz4 of this project, for a client that leaves codecs to its users. */
export function compressLz4(bytes: Buffer): Buffer {
  return compress('lz4', bytes);
}

export function decompressLz4(bytes: Buffer): Buffer {
  return decompress('lz4', bytes, { outputBytesMax: OUTPUT_BYTES_MAX });
}
