import { isUtf8 } from 'node:buffer';

import { defineConverter, plainValue, s, type ConverterInstance } from '@millrace/connect-api';

import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { noSettings } from './no-settings.ts';
import { parseValue } from './values/value-parser.ts';
import { valueText } from './values/value-text.ts';

/** Headers as text, whose types are guessed when they are read. Bytes that are no text stay bytes. */
export const simpleHeaderConverter = defineConverter({
  kind: 'header_converter',
  name: 'SimpleHeaderConverter',
  version: BUILT_IN_VERSION,
  aliases: ['org.apache.kafka.connect.storage.SimpleHeaderConverter'],
  config: noSettings,
  create: (): ConverterInstance => ({
    fromConnect: ({ schema, value }) => {
      const plain = plainValue(value);
      return plain === null || plain === undefined ? null : valueText(schema, plain);
    },
    toConnect: (bytes) => {
      if (bytes === null) return { value: null };
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return isUtf8(buffer) ? parseValue(buffer.toString()) : { schema: s.bytes(), value: bytes };
    },
  }),
});
