import { messageOf, MillraceError, type MillraceErrorOptions } from '@millrace/base';
import type { TaskFailure } from './task-host.ts';

export type TaskErrorCode =
  | 'MILLRACE_CONNECT_INVALID_CONFIG'
  | 'MILLRACE_CONNECT_PLUGIN_LOAD'
  | 'MILLRACE_CONNECT_TASK_RECORD'
  | 'MILLRACE_CONNECT_TASK_TOPIC'
  | 'MILLRACE_CONNECT_TASK_MEMORY'
  | 'MILLRACE_CONNECT_TASK_STALLED'
  | 'MILLRACE_CONNECT_TASK_ENDED'
  | 'MILLRACE_CONNECT_TASK_FENCED'
  | 'MILLRACE_CONNECT_TIMEOUT';

/** Why a task cannot go on, or a call into a plugin failed. */
export class TaskError extends MillraceError {
  override readonly name: string = 'TaskError';
  declare readonly code: TaskErrorCode;

  constructor(code: TaskErrorCode, message: string, options: MillraceErrorOptions = {}) {
    super(code, message, options);
  }
}

const CAUSES_MAX = 5;

/** What is told of anything that was thrown. */
export function failureOf(error: unknown): TaskFailure {
  return {
    message: messageOf(error),
    code: MillraceError.is(error) ? error.code : '',
    isRetriable: isRetriable(error),
    trace: traceOf(error),
  };
}

/** Also errors of plugins, which need not be ours. */
export function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { readonly retriable?: unknown }).retriable === true;
}

/** Stack with those of the causes. */
export function traceOf(error: unknown): string {
  const parts: string[] = [];
  let each: unknown = error;
  for (let count = 0; count < CAUSES_MAX && each !== undefined && each !== null; count++) {
    const text = each instanceof Error ? (each.stack ?? messageOf(each)) : messageOf(each);
    parts.push(count === 0 ? text : `Caused by: ${text}`);
    each = each instanceof Error ? each.cause : undefined;
  }
  return parts.join('\n');
}
