// Generated from schemas/17-sasl-handshake.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfString } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Names the SASL mechanism that the client wants to use. */
export interface SaslHandshakeRequest {
  /** Name of the mechanism. */
  mechanism: string;
}

export function createSaslHandshakeRequest(init: Partial<SaslHandshakeRequest> = {}): SaslHandshakeRequest {
  const m: SaslHandshakeRequest = {
    mechanism: init.mechanism ?? '',
  };
  return m;
}

function sizeSaslHandshakeRequest(m: SaslHandshakeRequest, v: number): number {
  let n = 0;
  n += sizeOfString(m.mechanism);
  return n;
}

function encodeSaslHandshakeRequest(w: Writer, m: SaslHandshakeRequest, v: number): void {
  w.string(m.mechanism);
}

function decodeSaslHandshakeRequest(r: Reader, v: number): SaslHandshakeRequest {
  const mechanism = r.string();
  return { mechanism };
}

/** Names the SASL mechanism that the client wants to use. */
export const saslHandshakeRequest: MessageCodec<SaslHandshakeRequest> = {
  name: 'SaslHandshakeRequest',
  kind: 'request',
  apiKey: 17,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(saslHandshakeRequest, version);
    return sizeSaslHandshakeRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(saslHandshakeRequest, version);
    encodeSaslHandshakeRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(saslHandshakeRequest, version);
    return decodeSaslHandshakeRequest(reader, version);
  },
};

/** Mechanisms that the broker offers. */
export interface SaslHandshakeResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Names of the mechanisms. */
  mechanisms: readonly string[];
}

export function createSaslHandshakeResponse(init: Partial<SaslHandshakeResponse> = {}): SaslHandshakeResponse {
  const m: SaslHandshakeResponse = {
    errorCode: init.errorCode ?? 0,
    mechanisms: init.mechanisms ?? [],
  };
  return m;
}

function sizeSaslHandshakeResponse(m: SaslHandshakeResponse, v: number): number {
  let n = 2;
  n += 4;
  for (const e of m.mechanisms) n += sizeOfString(e);
  return n;
}

function encodeSaslHandshakeResponse(w: Writer, m: SaslHandshakeResponse, v: number): void {
  w.int16(m.errorCode);
  w.arrayLength(m.mechanisms.length);
  for (const e of m.mechanisms) w.string(e);
}

function decodeSaslHandshakeResponse(r: Reader, v: number): SaslHandshakeResponse {
  const errorCode = r.int16();
  const mechanisms: string[] = [];
  {
    const count = r.arrayLength(2);
    for (let i = 0; i < count; i++) mechanisms.push(r.string());
  }
  return { errorCode, mechanisms };
}

/** Mechanisms that the broker offers. */
export const saslHandshakeResponse: MessageCodec<SaslHandshakeResponse> = {
  name: 'SaslHandshakeResponse',
  kind: 'response',
  apiKey: 17,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(saslHandshakeResponse, version);
    return sizeSaslHandshakeResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(saslHandshakeResponse, version);
    encodeSaslHandshakeResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(saslHandshakeResponse, version);
    return decodeSaslHandshakeResponse(reader, version);
  },
};
