/**
 * Starts the process anew, in place, with what keeps it small and can only be given at the start of a process: settings of V8's heap,
 * of its threads and of the C library's allocator. It takes the time that Node needs to start (about 30 ms) and saves about 40 MB.
 *
 * Invariants: process id, streams, arguments and directory stay; who set any of it himself is left alone, so it happens once at most.
 * Not here: anything else; this module is loaded before all others, so it imports nothing.
 */

/**
 * MiB. By default the space for young objects grows to 32 MiB, twice over; the memory of records and frames is used again by ourselves,
 * and the objects around them are few.
 */
const YOUNG_SPACE_MB = 4;
/**
 * Threads of V8's collector and compilers: Node's default. Never more than there are cores beside the one of the event loop: on two cores
 * four of them kept it from its core for up to 40 ms when a collection began.
 */
const V8_THREADS_MAX = 4;
/** Of who set some of it himself. Node takes `_` for `-`. */
const OWN_FLAGS = /semi[-_]space[-_]size|v8[-_]pool[-_]size/;
/** Lets {@link dropStartGarbage} ask for a collection. */
const COLLECTABLE = '--expose-gc';
/** Bytes of heap from which a start with many partitions has left much behind. */
const START_HEAP_BYTES_MIN = 64 * 1024 * 1024;

/** By default glibc keeps a heap for each thread, and what was freed in large pieces for later. */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

export interface ProcessStart {
  readonly platform: string;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Cores that the process may use. */
  readonly cores: number;
  /** The parent talks to it through Node's own channel, which would not survive. */
  readonly hasChannel: boolean;
}

export interface LeanStart {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How to start anew; undefined when it is not to be done. */
export function leanStart(start: ProcessStart, youngSpaceMb: number = YOUNG_SPACE_MB): LeanStart | undefined {
  const { platform, execPath, execArgv, argv, env, cores, hasChannel } = start;
  if (platform !== 'linux' || hasChannel) return undefined;
  const isSet = Object.keys(ALLOCATOR).some((name) => env[name] !== undefined);
  const flags = `${execArgv.join(' ')} ${env['NODE_OPTIONS'] ?? ''}`;
  if (isSet || OWN_FLAGS.test(flags)) return undefined;
  const kept = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    args: [execPath, ...flagsOf(youngSpaceMb, cores), ...execArgv, ...argv.slice(1)],
    env: { ...Object.fromEntries(kept), ...ALLOCATOR },
  };
}

function flagsOf(youngSpaceMb: number, cores: number): string[] {
  const threads = Math.max(1, Math.min(V8_THREADS_MAX, cores - 1));
  return [`--max-semi-space-size=${String(youngSpaceMb)}`, `--v8-pool-size=${String(threads)}`, COLLECTABLE];
}

/**
 * Returns when the process is as it should be; else it is this process no more. `cores` are those that it may use; each thread has a young
 * space of its own.
 */
export function becomeLean(cores: number, youngSpaceMb?: number): void {
  // eslint-disable-next-line no-restricted-properties -- not a setting: the environment is handed on as it is
  const { platform, execPath, execArgv, argv, env } = process;
  const hasChannel = process.channel !== undefined;
  const start = leanStart({ platform, execPath, execArgv, argv, env, cores, hasChannel }, youngSpaceMb);
  if (start !== undefined) process.execve?.(execPath, start.args, start.env);
}

/**
 * Collects what opening thousands of partitions has left behind, and gives the memory back: V8 would keep it for a heap that is never
 * that large again. Takes about a tenth of a second where it does anything; for the time before clients are told that the broker is there.
 */
export function dropStartGarbage(heapBytes: number = process.memoryUsage().heapTotal): void {
  if (heapBytes < START_HEAP_BYTES_MIN) return;
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
