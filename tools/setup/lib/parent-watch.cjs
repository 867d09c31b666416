/**
 * Preloaded into supervised processes: ends the process group when the supervisor is gone.
 *
 * The supervisor (launch.mjs, supervised.mjs) holds the other end of a pipe for as long as it lives. End of file, for whatever
 * reason, kill -9 included, means that nobody is left to forward signals: the group gets SIGTERM, and SIGKILL if it
 * is still there after a grace time. No polling, no timer until then.
 * Invariant: only the supervised process itself watches. The variable is removed at once, so that its own children
 * (which may use the same descriptor for something else) and its worker threads do not.
 */
'use strict';
const { isMainThread } = require('node:worker_threads');

const FD = process.env.MILLRACE_SUPERVISOR_FD;
const GRACE_MS = 5_000;

if (isMainThread && FD !== undefined) {
  delete process.env.MILLRACE_SUPERVISOR_FD;
  const { Socket } = require('node:net');
  const pipe = new Socket({ fd: Number(FD), readable: true, writable: false });
  pipe.on('error', () => {});
  pipe.once('close', endGroup);
  pipe.resume();
  pipe.unref();
}

function endGroup() {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE_MS).unref();
}

/** The supervisor starts us as the leader of a group of our own, so minus our id is that group. */
function signalGroup(signal) {
  try {
    process.kill(-process.pid, signal);
  } catch {
    process.kill(process.pid, signal);
  }
}
