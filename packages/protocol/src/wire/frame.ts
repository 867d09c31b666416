/**
 * Frames: four bytes of length, a header, a message.
 *
 * Owns: which header version goes with which message, and the length in front.
 * Not here: cutting frames out of a byte stream, and limits on their size (the listener or the client does both).
 */
import { requestHeaderVersion, responseHeaderVersion } from '../api-keys.ts';
import { requestHeader } from '../generated/header-request.ts';
import type { RequestHeader } from '../generated/header-request.ts';
import { responseHeader } from '../generated/header-response.ts';
import type { ResponseHeader } from '../generated/header-response.ts';
import type { MessageCodec } from './codec.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const LENGTH_BYTES = 4;

/** Reads the header of a request (without the length in front); the reader then stands at the message. */
export function decodeRequestHeader(reader: Reader): RequestHeader {
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const headerVersion = requestHeaderVersion(apiKey, apiVersion);
  if (headerVersion === undefined) throw unknownApi(apiKey);
  reader.rewind(4);
  return requestHeader.decode(reader, headerVersion);
}

/** Reads the header of a response to a request of this API and version. */
export function decodeResponseHeader(reader: Reader, apiKey: number, apiVersion: number): ResponseHeader {
  return responseHeader.decode(reader, knownHeaderVersion(responseHeaderVersion(apiKey, apiVersion), apiKey));
}

/** A whole request frame, ready for one `writev`. */
export function encodeRequestFrame<T>(
  codec: MessageCodec<T>,
  version: number,
  correlationId: number,
  clientId: string | null,
  message: T,
): Buffer[] {
  const apiKey = keyOf(codec);
  const headerVersion = knownHeaderVersion(requestHeaderVersion(apiKey, version), apiKey);
  const header = { requestApiKey: apiKey, requestApiVersion: version, correlationId, clientId };
  return encodeFrame(requestHeader, headerVersion, header, codec, version, message);
}

/** A whole response frame, ready for one `writev`. */
export function encodeResponseFrame<T>(
  codec: MessageCodec<T>,
  version: number,
  correlationId: number,
  message: T,
): Buffer[] {
  const apiKey = keyOf(codec);
  const headerVersion = knownHeaderVersion(responseHeaderVersion(apiKey, version), apiKey);
  return encodeFrame(responseHeader, headerVersion, { correlationId }, codec, version, message);
}

function encodeFrame<H, T>(
  headerCodec: MessageCodec<H>,
  headerVersion: number,
  header: H,
  codec: MessageCodec<T>,
  version: number,
  message: T,
): Buffer[] {
  const size = headerCodec.size(header, headerVersion) + codec.size(message, version);
  const writer = new Writer(LENGTH_BYTES + size, codec.outOfLineSize(message, version));
  writer.int32(size);
  headerCodec.encode(writer, header, headerVersion);
  codec.encode(writer, message, version);
  return writer.finish();
}

function keyOf<T>(codec: MessageCodec<T>): number {
  if (codec.apiKey === null) throw new TypeError(`${codec.name} is neither a request nor a response`);
  return codec.apiKey;
}

function knownHeaderVersion<V extends number>(version: V | undefined, apiKey: number): V {
  if (version === undefined) throw unknownApi(apiKey);
  return version;
}

function unknownApi(apiKey: number): ProtocolError {
  return new ProtocolError('MILLRACE_PROTOCOL_UNKNOWN_API', `API key ${apiKey} is unknown`, { apiKey });
}
