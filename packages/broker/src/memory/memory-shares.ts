/**
 * One budget for the memory of the process (`millrace.memory.max.bytes`), divided into shares.
 *
 * Owns: how large the budget is by default, and what each part of the broker may take of it.
 * Invariants: the shares and what the process takes for itself come to no more than the budget, from BUDGET_BYTES_MIN on; smaller
 *   budgets get small shares, but the process itself stays as large as it is.
 * Not here: keeping to the shares. Each is the bound of one part, which says so in its header: requests and answers
 *   `../listener/memory-budget.ts`; tails, read-ahead and indexes the storage engine; batches that are opened `../produce/batch-preparation.ts`.
 */
import { totalmem } from 'node:os';

const MIB = 1_048_576;

/** The least budget that is kept to. */
export const BUDGET_BYTES_MIN = 256 * MIB;
/** By default the budget is this part of the machine, or of the container. */
const MACHINE_PART = 4;
/** Code, heap and thread stacks of the process, its pools of small buffers, and what garbage waits to be collected. */
const PROCESS_BYTES = 144 * MIB;

export interface MemoryShares {
  /** Requests in flight; sockets are not read beyond it. One frame may pass it, so as much is set aside once more. */
  readonly requestBytes: number;
  /** Largest frame that can ever be taken in. */
  readonly frameBytesMax: number;
  /** Answers that clients have not read. */
  readonly answerBytes: number;
  /** Newest records of all partitions, which wait to be written to segments and are served from memory. */
  readonly tailBytes: number;
  /** Records read from segments ahead of consumers. */
  readonly readAheadBytes: number;
  /** Indexes of segments. */
  readonly indexBytes: number;
  /** Records of compressed batches while they are judged or repacked off the event loop. */
  readonly openingBytes: number;
}

export interface MemorySettings {
  /** `queued.max.request.bytes`; −1 = derived. */
  readonly queuedMaxRequestBytes: number;
  /** `millrace.tail.max.bytes`; −1 = derived. */
  readonly tailMaxBytes: number;
  /** `socket.request.max.bytes`. */
  readonly socketRequestMaxBytes: number;
}

/** The default of `millrace.memory.max.bytes` here. */
export function defaultMemoryBytes(machineBytes: number = memoryOfMachine()): number {
  return Math.max(BUDGET_BYTES_MIN, Math.floor(machineBytes / MACHINE_PART));
}

/** Memory of the machine, or of the container where that is less. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

export function divideMemory(budgetBytes: number, settings: MemorySettings): MemoryShares {
  const bytes = Math.max(budgetBytes - PROCESS_BYTES, budgetBytes / 4);
  const part = (numerator: number, denominator: number): number => Math.floor((bytes * numerator) / denominator);
  const largestFrame = Math.max(part(3, 16), 8 * MIB);
  return {
    requestBytes: settings.queuedMaxRequestBytes === -1 ? part(3, 16) : settings.queuedMaxRequestBytes,
    frameBytesMax: Math.min(settings.socketRequestMaxBytes, largestFrame),
    answerBytes: Math.max(part(1, 10), MIB),
    // More than a little is of use only to consumers that lag behind, and those read from the page cache nearly as fast.
    tailBytes: settings.tailMaxBytes === -1 ? between(part(1, 8), 4 * MIB, 40 * MIB) : settings.tailMaxBytes,
    readAheadBytes: between(part(1, 16), 2 * MIB, 32 * MIB),
    indexBytes: between(part(1, 32), MIB, 32 * MIB),
    // Four batches of those that may open to the most, or two with what joining their pieces takes.
    openingBytes: between(part(1, 6), 2 * MIB, 256 * MIB),
  };
}

function between(bytes: number, least: number, most: number): number {
  return Math.min(Math.max(bytes, least), most);
}
