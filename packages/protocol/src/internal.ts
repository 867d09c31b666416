/** For code that tools/protocol-codegen generates in other packages of this repository; not a public interface. */
export { checkVersion } from './wire/codec.ts';
export type { MessageCodec, RecordsField, TaggedField } from './wire/codec.ts';
export { nullField, unsupportedField } from './wire/protocol-error.ts';
export { Reader } from './wire/reader.ts';
export {
  EMPTY_BYTES,
  outOfLineBytes,
  recordsLength,
  sizeOfBytes,
  sizeOfCompactBytes,
  sizeOfCompactNullableBytes,
  sizeOfCompactNullableString,
  sizeOfCompactRecords,
  sizeOfCompactString,
  sizeOfNullableBytes,
  sizeOfNullableString,
  sizeOfRawTags,
  sizeOfRecords,
  sizeOfString,
  sizeOfTaggedFields,
  sizeOfUvarint,
} from './wire/sizes.ts';
export { Writer } from './wire/writer.ts';
