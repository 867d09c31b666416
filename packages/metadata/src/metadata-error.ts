import { MillraceError } from '@millrace/base';

/** Codes of the errors that a MetaStore throws. */
export type MetadataErrorCode =
  | 'MILLRACE_METADATA_TOPIC_EXISTS'
  | 'MILLRACE_METADATA_UNKNOWN_TOPIC'
  | 'MILLRACE_METADATA_CONFLICT'
  | 'MILLRACE_METADATA_FENCED'
  /** A write before `open` or after `close`. */
  | 'MILLRACE_METADATA_NOT_OPEN'
  /** The write was undone; nothing of it is stored. Retriable when the disk was merely full. */
  | 'MILLRACE_METADATA_WRITE_FAILED'
  /** The store was written by a newer release. */
  | 'MILLRACE_METADATA_NEWER_SCHEMA'
  /** What is stored cannot be read as metadata. */
  | 'MILLRACE_METADATA_CORRUPT'
  /** The folder or file cannot be created or written. */
  | 'MILLRACE_METADATA_NOT_WRITABLE'
  /** Another process holds the store. */
  | 'MILLRACE_METADATA_LOCKED';

export interface MetadataErrorOptions {
  readonly retriable?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export function metadataError(
  code: MetadataErrorCode,
  message: string,
  options: MetadataErrorOptions = {},
): MillraceError {
  return new MillraceError(code, message, options);
}
