/**
 * Child processes of a benchmark: brokers and load tools, each the leader of a process group of its own.
 *
 * Owns: the set of live children. None outlives this process: an exit hook kills what is left, and `killAllOnSignals` makes
 *   Ctrl-C and SIGTERM take that way.
 * Bounds: keeps the last `TAIL_BYTES` of each stream for error messages; what is parsed is returned whole.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

const TAIL_BYTES = 4_000;
const live = new Set<ChildProcess>();

process.once('exit', killAll);

/** Starts a process in a group of its own, so that a signal reaches what it starts as well, and a Ctrl-C reaches only us. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  live.add(child);
  child.once('exit', () => live.delete(child));
  child.once('error', () => live.delete(child));
  return child;
}

export function killAll(): void {
  for (const child of live) signalGroup(child, 'SIGKILL');
}

/** Ends everything and then the process itself with the usual code of the signal. */
export function killAllOnSignals(cleanUp: () => void): void {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      killAll();
      cleanUp();
      process.exit(code);
    });
  }
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export function endOf(child: ChildProcess): Promise<ChildEnd> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  });
}

/** Sends the signal, and kills the group when it has not ended after `patienceMs`. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = endOf(child);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patienceMs);
  signalGroup(child, signal);
  await end;
  clearTimeout(timer);
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Told once, when the process exists. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs a command to its end and returns its stdout; anything but exit code 0 is an error that quotes what was printed. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { cwd, env, timeoutMs } = options;
  const child = startChild(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  options.onStart?.(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    signalGroup(child, 'SIGKILL');
  }, timeoutMs);
  const end = await new Promise<ChildEnd>((resolve, reject) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  }).finally(() => clearTimeout(timer));
  const stdout = Buffer.concat(out).toString();
  if (end.code === 0) return stdout;
  const how = isLate ? `did not end within ${timeoutMs} ms` : `ended with ${end.signal ?? `code ${end.code}`}`;
  const said = `${stdout}\n${Buffer.concat(err).toString()}`.trim().slice(-TAIL_BYTES);
  throw new Error(`${command} ${args.join(' ')} ${how}:\n${said}`);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
