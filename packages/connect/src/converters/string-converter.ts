import { isUtf8 } from 'node:buffer';

import { c, config, plainValue, s, type ConverterInstance } from '@millrace/connect-api';

import { converterPair } from './converter-pair.ts';
import { DataError } from './data-error.ts';
import { valueText } from './values/value-text.ts';

/** Java's names of character sets, and how Node calls them. */
const ENCODINGS = new Map<string, BufferEncoding>([
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['us-ascii', 'ascii'],
  ['ascii', 'ascii'],
  ['iso-8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['utf-16le', 'utf16le'],
]);

export const stringConverterConfig = config({
  'converter.encoding': c
    .string()
    .default('UTF-8')
    .transform((name) => {
      const encoding = ENCODINGS.get(name.trim().toLowerCase());
      if (encoding === undefined) throw new DataError('Expected UTF-8, ISO-8859-1, US-ASCII or UTF-16LE');
      return encoding;
    })
    .importance('high')
    .width('medium')
    .display('Encoding')
    .doc('Character set of the text: UTF-8, ISO-8859-1, US-ASCII or UTF-16LE.'),
});

/** Texts. What is not a text is written as it would be shown. */
export const stringConverters = converterPair({
  name: 'StringConverter',
  aliases: ['org.apache.kafka.connect.storage.StringConverter'],
  config: stringConverterConfig,
  create: ({ converterEncoding }): ConverterInstance => ({
    fromConnect: ({ schema, value }) => {
      const plain = plainValue(value);
      if (plain === null || plain === undefined) return null;
      const text = typeof plain === 'string' ? plain : valueText(schema, plain);
      return converterEncoding === 'utf8' ? text : Buffer.from(text, converterEncoding);
    },
    toConnect: (bytes) => {
      if (bytes === null) return { schema: s.string({ optional: true }), value: null };
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (converterEncoding === 'utf8' && !isUtf8(buffer)) {
        throw new DataError('a message is not UTF-8: set converter.encoding, or use ByteArrayConverter');
      }
      return { schema: s.string({ optional: true }), value: buffer.toString(converterEncoding) };
    },
  }),
});
