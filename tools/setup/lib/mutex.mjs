/**
 * A lock file for the set-up: two commands started at once must not both rewrite node_modules.
 *
 * Owns: one file, created atomically (link of a finished temporary file), whose modification time the holder renews.
 * Invariants: a lock is taken over only when its holder is known to be gone: its process does not exist on this host,
 * or its file stood still for `staleAfterMs` of the *waiter's own* watching (clocks of two containers, or a laptop that
 * slept, prove nothing).
 * Bounds: one poll each `pollMs`; waiting itself has no limit, since the holder's heartbeat proves that it works.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_MS = 1_000;

/**
 * Runs `work` while holding the lock at `path`. `onWait` is called once, with the holder, if somebody else has it.
 *
 * @param {{ path: string, onWait?: (holder: { pid: number, host: string }) => void, onSteal?: (holder: { pid: number, host: string }) => void, staleAfterMs?: number, pollMs?: number }} options
 */
export async function withMutex(options, work) {
  const { path, onWait = () => {}, onSteal = () => {}, staleAfterMs = 20_000, pollMs = 100 } = options;
  mkdirSync(dirname(path), { recursive: true });
  const token = randomBytes(8).toString('hex');
  let told = false;
  let seen;
  while (!tryAcquire(path, token)) {
    const holder = readHolder(path);
    if (holder === undefined) continue; // Released between the two calls.
    const stillness = watchStillness(seen, holder);
    seen = stillness.seen;
    if (isGone(holder) || stillness.forMs > staleAfterMs) {
      if (takeAway(path, holder.token)) onSteal(holder);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    await delay(pollMs);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    if (readHolder(path)?.token === token) rmSync(path, { force: true });
  };
  // A Ctrl-C during npm ci ends this process through its default action; the file must not outlive it.
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function tryAcquire(path, token) {
  const temporary = `${path}.${token}`;
  writeFileSync(temporary, JSON.stringify({ pid: process.pid, host: hostname(), token }));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readHolder(path) {
  try {
    const { mtimeMs } = statSync(path);
    return { ...parse(readFileSync(path, 'utf8')), mtimeMs };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** An unreadable lock file belongs to nobody who could renew it, yet it is given the same time to move. */
function parse(text) {
  try {
    const { pid, host, token } = JSON.parse(text);
    return { pid: Number(pid), host: String(host), token: String(token) };
  } catch {
    return { pid: 0, host: 'unknown', token: '' };
  }
}

function watchStillness(seen, holder) {
  const now = performance.now();
  if (seen !== undefined && seen.token === holder.token && seen.mtimeMs === holder.mtimeMs) {
    return { seen, forMs: now - seen.since };
  }
  return { seen: { token: holder.token, mtimeMs: holder.mtimeMs, since: now }, forMs: 0 };
}

function isGone(holder) {
  if (holder.host !== hostname() || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Two waiters may judge the same lock dead: the rename picks one, and the token shows whether it got the dead one. */
function takeAway(path, token) {
  const aside = `${path}.stale-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
  const taken = readHolder(aside);
  try {
    if (taken?.token === token) return true;
    linkSync(aside, path);
    return false;
  } catch {
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken away by hand: the work goes on, only the protection is lost.
  }
}
