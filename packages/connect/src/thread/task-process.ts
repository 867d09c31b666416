/**
 * The process around the thread of a task: what V8 does to a process whose thread takes too much memory at once, it does to this one.
 *
 * Invariants: it lives no longer than who started it, and ends when that one says so, or its thread has; signals for the whole group of
 *   processes are not for it.
 */
import { PluginThread } from './plugin-thread.ts';
import type { FromThread, ThreadJob, ToThread } from './thread-messages.ts';

function tell(message: FromThread, onSent: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, onSent);
}

process.once('message', (first) => {
  const job = first as ThreadJob;
  const { connector, settings } = job.spec;
  const name = job.kind === 'task' ? `${connector}-${String(job.spec.task)}` : connector;
  const thread = new PluginThread({ name, job, maxHeapMb: settings.maxHeapMb, onMessage: (message) => tell(message) });
  process.on('message', (message) => thread.post(message as ToThread));
  void thread.ended.then((failure) => {
    tell(failure === undefined ? { kind: 'ended' } : { kind: 'failed', failure }, () => process.exit());
  });
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
