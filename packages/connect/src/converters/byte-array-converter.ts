import { plainValue, s, type ConverterInstance } from '@millrace/connect-api';

import { converterPair } from './converter-pair.ts';
import { DataError, kindOf } from './data-error.ts';
import { noSettings } from './no-settings.ts';

/** Bytes as they are. */
export const byteArrayConverters = converterPair({
  name: 'ByteArrayConverter',
  aliases: ['org.apache.kafka.connect.converters.ByteArrayConverter'],
  config: noSettings,
  create: (): ConverterInstance => ({
    fromConnect: ({ schema, value }) => {
      if (schema !== undefined && schema.type !== 'bytes') {
        throw new DataError(
          `ByteArrayConverter writes bytes, but the schema says ${schema.type}: choose another converter`,
        );
      }
      const plain = plainValue(value) ?? null;
      if (plain !== null && !(plain instanceof Uint8Array)) {
        throw new DataError(`ByteArrayConverter writes bytes, but found ${kindOf(plain)}: choose another converter`);
      }
      return plain;
    },
    toConnect: (bytes) => ({ schema: s.bytes({ optional: true }), value: bytes }),
  }),
});
