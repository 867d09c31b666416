export const PARQUET_CODECS = ['none', 'snappy', 'gzip', 'zstd'] as const;

/** Compression of pages. */
export type ParquetCodec = (typeof PARQUET_CODECS)[number];
