// Generated from schemas/data-aborted-txn.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** Entry of an index of aborted transactions. */
export interface AbortedTxn {
  /** Id of the producer. */
  producerId: bigint;
  /** First offset of the transaction. */
  firstOffset: bigint;
  /** Offset of the abort marker. */
  lastOffset: bigint;
  /** Last stable offset when the marker was written. */
  lastStableOffset: bigint;
}

export function createAbortedTxn(init: Partial<AbortedTxn> = {}): AbortedTxn {
  const m: AbortedTxn = {
    producerId: init.producerId ?? 0n,
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    lastStableOffset: init.lastStableOffset ?? 0n,
  };
  return m;
}

function sizeAbortedTxn(m: AbortedTxn, v: number): number {
  let n = 32;
  return n;
}

function encodeAbortedTxn(w: Writer, m: AbortedTxn, v: number): void {
  w.int64(m.producerId);
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.int64(m.lastStableOffset);
}

function decodeAbortedTxn(r: Reader, v: number): AbortedTxn {
  const producerId = r.int64();
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const lastStableOffset = r.int64();
  return { producerId, firstOffset, lastOffset, lastStableOffset };
}

/** Entry of an index of aborted transactions. */
export const abortedTxn: MessageCodec<AbortedTxn> = {
  name: 'AbortedTxn',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(abortedTxn, version);
    return sizeAbortedTxn(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(abortedTxn, version);
    encodeAbortedTxn(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(abortedTxn, version);
    return decodeAbortedTxn(reader, version);
  },
};
