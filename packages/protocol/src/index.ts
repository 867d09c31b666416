export { APIS, apiByKey, apiName, requestHeaderVersion, responseHeaderVersion } from './api-keys.ts';
export type { ApiInfo, ApiName } from './api-keys.ts';
export { errorByCode, isKnownErrorCode } from './errors.ts';
export type { ErrorInfo } from './errors.ts';
export { API_KEYS } from './generated/api-table.ts';
export { ErrorCode } from './generated/errors.ts';
export type { ErrorName } from './generated/errors.ts';
export type { RequestHeader } from './generated/header-request.ts';
export type { ResponseHeader } from './generated/header-response.ts';
export { checkVersion, decodeMessage, encodeMessage, recordsToBuffer } from './wire/codec.ts';
export type { MessageCodec, RecordsField, TaggedField } from './wire/codec.ts';
export { decodeRequestHeader, decodeResponseHeader, encodeRequestFrame, encodeResponseFrame } from './wire/frame.ts';
export { nullField, ProtocolError, unsupportedField } from './wire/protocol-error.ts';
export type { ProtocolErrorCode } from './wire/protocol-error.ts';
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
