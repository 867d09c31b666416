import { TaskError } from '../task/task-error.ts';

/** `what` begins with who holds too much. */
export function memoryError(what: string, maxHeapMb: number): TaskError {
  const remedy = `it may have ${String(maxHeapMb)} MB by task.max.heap.mb: raise that, or give it less at once`;
  return new TaskError('MILLRACE_CONNECT_TASK_MEMORY', `${what}; ${remedy}`);
}
