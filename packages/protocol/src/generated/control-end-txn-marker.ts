// Generated from schemas/control-end-txn-marker.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** Value of a commit or abort marker. */
export interface EndTxnMarker {
  /** Epoch of the transaction coordinator. */
  coordinatorEpoch: number;
}

export function createEndTxnMarker(init: Partial<EndTxnMarker> = {}): EndTxnMarker {
  const m: EndTxnMarker = {
    coordinatorEpoch: init.coordinatorEpoch ?? 0,
  };
  return m;
}

function sizeEndTxnMarker(m: EndTxnMarker, v: number): number {
  let n = 4;
  return n;
}

function encodeEndTxnMarker(w: Writer, m: EndTxnMarker, v: number): void {
  w.int32(m.coordinatorEpoch);
}

function decodeEndTxnMarker(r: Reader, v: number): EndTxnMarker {
  const coordinatorEpoch = r.int32();
  return { coordinatorEpoch };
}

/** Value of a commit or abort marker. */
export const endTxnMarker: MessageCodec<EndTxnMarker> = {
  name: 'EndTxnMarker',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(endTxnMarker, version);
    return sizeEndTxnMarker(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(endTxnMarker, version);
    encodeEndTxnMarker(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(endTxnMarker, version);
    return decodeEndTxnMarker(reader, version);
  },
};
