/** What plugin code runs in, with the same messages either way: a thread, or a thread in a process of its own. */
import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { failureOf, TaskError } from '../task/task-error.ts';
import type { TaskFailure } from '../task/task-host.ts';
import { HEAP_HEADROOM_MB } from './heap-watch.ts';
import { memoryError } from './memory-error.ts';
import type { FromThread, ThreadJob, ToThread } from './thread-messages.ts';

/** The sources run without a build; then their packages are found as sources, as in this thread. */
const SOURCE_OPTIONS = ['--conditions=@millrace/source', '--no-warnings'];

export interface CarrierOptions {
  readonly name: string;
  readonly job: ThreadJob;
  readonly maxHeapMb: number;
}

export interface CarrierEvents {
  onMessage(message: FromThread): void;
  onFailed(failure: TaskFailure): void;
  /** It is gone, and everything that it sent has come; with why, unless it was terminated or has told so itself. */
  onExit(failure: TaskFailure): void;
}

export interface Carrier {
  post(message: ToThread): void;
  /** By force. Resolves when it is gone. */
  terminate(): Promise<void>;
}

export function startThread({ name, job, maxHeapMb }: CarrierOptions, events: CarrierEvents): Carrier {
  const url = new URL('./task-thread.ts', import.meta.url);
  const worker = new Worker(url, {
    name,
    workerData: job,
    env: threadEnvironment(),
    // The thread watches its own limit; V8's is for who does not come to that.
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb + HEAP_HEADROOM_MB },
    ...(isSource(url) ? { execArgv: SOURCE_OPTIONS } : {}),
  });
  worker.on('message', (message: FromThread) => events.onMessage(message));
  worker.on('messageerror', (error) => events.onFailed(failureOf(error)));
  worker.on('error', (error: unknown) => {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'ERR_WORKER_OUT_OF_MEMORY') events.onFailed(failureOf(error));
    else events.onFailed(failureOf(memoryError(`the heap of ${name} has outgrown its limit`, maxHeapMb)));
  });
  worker.on('exit', () => events.onExit(endedFailure(`the thread of ${name} ended by itself`)));
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => void (await worker.terminate()),
  };
}

export function startProcess({ name, job, maxHeapMb }: CarrierOptions, events: CarrierEvents): Carrier {
  const url = new URL('./task-process.ts', import.meta.url);
  const child = fork(url, [], {
    serialization: 'advanced',
    execArgv: isSource(url) ? SOURCE_OPTIONS : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = Promise.withResolvers<void>();
  // A process that is about to end takes no more messages.
  const post = (message: ToThread | ThreadJob): void => void child.send(message, () => undefined);
  child.on('message', (message) => events.onMessage(message as FromThread));
  child.on('error', (error) => events.onFailed(failureOf(error)));
  child.on('close', (code, signal) => {
    const how = `the process of ${name} ended by ${signal ?? `itself with ${String(code)}`}`;
    // V8 ends a process so that has no more memory.
    events.onExit(signal === 'SIGABRT' ? failureOf(memoryError(how, maxHeapMb)) : endedFailure(how));
    gone.resolve();
  });
  post(job);
  return {
    post,
    terminate: () => {
      child.kill('SIGKILL');
      return gone.promise;
    },
  };
}

/**
 * As that of the process, but without Node's cache of compiled code: each thread would keep what it read of it, more than 1 MB, until it
 * ends.
 */
function threadEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
}

function isSource({ pathname }: URL): boolean {
  return pathname.endsWith('.ts');
}

function endedFailure(how: string): TaskFailure {
  return failureOf(new TaskError('MILLRACE_CONNECT_TASK_ENDED', how));
}
