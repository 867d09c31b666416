// Generated from schemas/data-default-principal.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** A principal as brokers hand it on. */
export interface DefaultPrincipalData {
  /** Type of the principal, usually User. */
  type: string;
  /** Name of the principal. */
  name: string;
  /** Whether a delegation token was used. */
  tokenAuthenticated: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDefaultPrincipalData(init: Partial<DefaultPrincipalData> = {}): DefaultPrincipalData {
  const m: DefaultPrincipalData = {
    type: init.type ?? '',
    name: init.name ?? '',
    tokenAuthenticated: init.tokenAuthenticated ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDefaultPrincipalData(m: DefaultPrincipalData, v: number): number {
  let n = 1;
  n += sizeOfCompactString(m.type);
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDefaultPrincipalData(w: Writer, m: DefaultPrincipalData, v: number): void {
  w.compactString(m.type);
  w.compactString(m.name);
  w.boolean(m.tokenAuthenticated);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDefaultPrincipalData(r: Reader, v: number): DefaultPrincipalData {
  const type = r.compactString();
  const name = r.compactString();
  const tokenAuthenticated = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: DefaultPrincipalData = { type, name, tokenAuthenticated };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** A principal as brokers hand it on. */
export const defaultPrincipalData: MessageCodec<DefaultPrincipalData> = {
  name: 'DefaultPrincipalData',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(defaultPrincipalData, version);
    return sizeDefaultPrincipalData(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(defaultPrincipalData, version);
    encodeDefaultPrincipalData(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(defaultPrincipalData, version);
    return decodeDefaultPrincipalData(reader, version);
  },
};
