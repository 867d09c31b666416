/** Codec names as Kafka's `compression.type` spells them, at the index of their attribute number. */
export const COMPRESSION_CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type CompressionCodec = (typeof COMPRESSION_CODECS)[number];

/** The number of each codec in bits 0 to 2 of a record batch's attributes. */
export const CODEC_NUMBERS: Readonly<Record<CompressionCodec, number>> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
};

/** The codec of an attribute number; undefined for 5 to 7, which Kafka has not assigned. */
export function codecOfNumber(number: number): CompressionCodec | undefined {
  return COMPRESSION_CODECS[number];
}
