import { csv } from '../format/csv.ts';
import type { Format } from '../format/format.ts';
import { jsonLines } from '../format/json-lines.ts';
import { rawBytes } from '../format/raw.ts';
import type { SinkConfig } from './sink-config.ts';

/** What objects are made of. Only who wants Parquet loads it. */
export async function formatOf(config: SinkConfig): Promise<Format> {
  const fields = config.formatOutputFields;
  switch (config.formatClass) {
    case 'json':
      return jsonLines(fields, config.jsonDecimalFormat);
    case 'csv':
      return csv({ fields, separator: config.csvSeparatorChar, hasHeader: config.csvFirstRowAsHeader });
    case 'bytes':
      return rawBytes(config.formatBytearrayExtension, config.formatBytearraySeparator);
    case 'parquet': {
      const { parquet } = await import('../format/parquet.ts');
      return parquet(fields, config.parquetCodec);
    }
  }
}
