/**
 * Passes of the cleaner in a thread, so that the event loop has nothing of it but the messages.
 *
 * Owns: a thread for each pass that is under way, kept for the next one while the cleaner is busy.
 * Invariants: what a thread made is handed on in order, and before the end of its pass is told; a thread that ends by itself fails its pass.
 * Bounds: as many threads as passes at once; they do not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { cancelPass, createCleanControl, setRate } from './clean-control.ts';
import { CleaningCancelled, type CleanJob, type CleanSummary } from './clean-job.ts';
import type { CleanHooks, CleanRunner } from './clean-runner.ts';
import type { WorkerAnswer, WorkerJob } from './clean-worker.ts';

/** The sources run without a build; then their packages are found as sources, as in this thread. */
const SOURCE_CONDITION = '--conditions=@millrace/source';
/** How often a pass is told how fast it may be. */
const RATE_INTERVAL_MS = 500;

export class ThreadCleanRunner implements CleanRunner {
  readonly #idle: Worker[] = [];

  async run(job: CleanJob, hooks: CleanHooks): Promise<CleanSummary> {
    const worker = this.#idle.pop() ?? this.#startWorker();
    let isFit = false;
    try {
      const summary = await runIn(worker, job, hooks);
      isFit = true;
      return summary;
    } finally {
      // After a failure nobody knows what a thread still holds.
      if (isFit) this.#idle.push(worker);
      else await worker.terminate();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  #startWorker(): Worker {
    const url = new URL('./clean-worker.ts', import.meta.url);
    const isSource = url.pathname.endsWith('.ts');
    const worker = new Worker(url, {
      name: 'millrace-log-cleaner',
      ...(isSource ? { execArgv: [SOURCE_CONDITION, '--no-warnings'] } : {}),
    });
    worker.unref();
    // Passes listen for themselves; between them an error must not end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      const index = this.#idle.indexOf(worker);
      if (index >= 0) this.#idle.splice(index, 1);
    });
    return worker;
  }
}

async function runIn(worker: Worker, job: CleanJob, hooks: CleanHooks): Promise<CleanSummary> {
  const { signal, onMade, bytesPerSecond } = hooks;
  const control = createCleanControl(bytesPerSecond());
  const { promise, resolve, reject } = Promise.withResolvers<CleanSummary>();
  // Settled by whichever comes first; also when nobody waits yet.
  promise.catch(() => undefined);
  let handing = Promise.resolve();
  const onMessage = (answer: WorkerAnswer): void => {
    switch (answer.kind) {
      case 'made':
        handing = handing.then(() => onMade(answer.made));
        handing.catch((error: unknown) => {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
        });
        return;
      case 'done':
        void handing.then(() => resolve(answer.summary), reject);
        return;
      case 'failed':
        reject(answer.isCancelled ? new CleaningCancelled() : failureOf(answer));
        return;
    }
  };
  const onError = (error: Error): void => reject(error);
  const onExit = (): void => reject(new Error('the thread that cleans logs has ended'));
  const end = (): void => cancelPass(control);
  // Threads live in real time, whatever clock the engine goes by.
  const rateTimer = setInterval(() => setRate(control, bytesPerSecond()), RATE_INTERVAL_MS).unref();
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  worker.postMessage({ job, control } satisfies WorkerJob);
  try {
    return await promise;
  } finally {
    clearInterval(rateTimer);
    signal.removeEventListener('abort', end);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    await handing.catch(() => undefined);
  }
}

function failureOf({ message, code, path }: Extract<WorkerAnswer, { readonly kind: 'failed' }>): Error {
  return Object.assign(new Error(message), code === '' ? {} : { code }, path === '' ? {} : { path });
}
