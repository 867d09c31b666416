import type { Compressors } from 'hyparquet';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Those that hyparquet does not bring itself. */
export const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};
