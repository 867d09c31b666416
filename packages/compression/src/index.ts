export { CODEC_NUMBERS, codecOfNumber, COMPRESSION_CODECS, type CompressionCodec } from './codec.ts';
export { compress, compressAsync, decompress, decompressAsync, type DecompressOptions } from './compress.ts';
export { CompressionError, type CompressionErrorCode } from './compression-error.ts';
export { crc32c } from './crc32c.ts';
export { compressLz4Into, lz4FrameSizeMax } from './lz4-frame.ts';
