/** SQLite's errors in our words: what happened to which file, and what to do. */
import { messageOf, MillraceError } from '@millrace/base';
import { metadataError, type MetadataErrorCode } from '../metadata-error.ts';

/** An error of SQLite as it crosses a thread. */
export interface SqliteFailure {
  readonly message: string;
  /** SQLite's result code; the lower byte is its kind. Absent when something else failed. */
  readonly errcode: number | undefined;
}

const BUSY = 5;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const AUTH = 23;
const NOTADB = 26;

export function failureOf(error: unknown): SqliteFailure {
  const errcode = (error as { readonly errcode?: unknown } | null)?.errcode;
  return { message: messageOf(error), errcode: typeof errcode === 'number' ? errcode : undefined };
}

/** Why the store cannot be opened. Errors that have a name already stay as they are. */
export function openError(path: string, error: unknown): MillraceError {
  if (MillraceError.is(error)) return error;
  const failure = failureOf(error);
  const [code, remedy] = openRemedy(failure);
  return metadataError(code, `metadata at ${path} cannot be opened: ${failure.message}; ${remedy}`, {
    details: { path },
    cause: error,
  });
}

function openRemedy({ errcode }: SqliteFailure): readonly [MetadataErrorCode, string] {
  switch (kindOf(errcode)) {
    case BUSY:
      return ['MILLRACE_METADATA_LOCKED', 'another broker uses it: stop that one, or choose another data directory'];
    case CORRUPT:
    case NOTADB:
      return ['MILLRACE_METADATA_CORRUPT', 'the file is damaged: restore it from a backup'];
    default:
      return ['MILLRACE_METADATA_NOT_WRITABLE', 'the folder must exist and be writable for the broker'];
  }
}

/** Why a change was not stored; nothing of it is. */
export function commitError(path: string, failure: SqliteFailure): MillraceError {
  const kind = kindOf(failure.errcode);
  const isFull = kind === FULL;
  const remedy = isFull
    ? 'make room on the disk and try again'
    : kind === READONLY || kind === CANTOPEN || kind === AUTH
      ? 'make the folder writable and restart the broker'
      : 'the disk may be failing: restart the broker to read what is stored';
  return metadataError(
    'MILLRACE_METADATA_WRITE_FAILED',
    `metadata at ${path} could not be written: ${failure.message}; ${remedy}`,
    { details: { path, errcode: failure.errcode }, retriable: isFull },
  );
}

function kindOf(errcode: number | undefined): number | undefined {
  return errcode === undefined ? undefined : errcode & 0xff;
}
