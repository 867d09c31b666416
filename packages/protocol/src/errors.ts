import { ERROR_TABLE, ErrorCode } from './generated/errors.ts';
import type { ErrorName } from './generated/errors.ts';

/** One error code of the protocol. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  readonly name: ErrorName;
  /** Clients may send the same request again. */
  readonly retriable: boolean;
  /** Clients should fetch metadata before they try again. */
  readonly refreshMetadata: boolean;
}

const BY_CODE: ReadonlyMap<number, ErrorInfo> = new Map(
  ERROR_TABLE.map(([code, name, retriable, refreshMetadata]) => [code, { code, name, retriable, refreshMetadata }]),
);

/** Looks up an error code. A code that this table does not know counts as UNKNOWN_SERVER_ERROR, as in other clients. */
export function errorByCode(code: number): ErrorInfo {
  const info = BY_CODE.get(code) ?? BY_CODE.get(ErrorCode.UNKNOWN_SERVER_ERROR);
  if (info === undefined) throw new Error('the error table lacks UNKNOWN_SERVER_ERROR');
  return info;
}

/** Whether the table knows this code. */
export function isKnownErrorCode(code: number): code is ErrorCode {
  return BY_CODE.has(code);
}
