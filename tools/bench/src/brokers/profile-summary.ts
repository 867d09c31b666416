/**
 * Profiles of V8 condensed to tables: self time and allocated bytes by function and by area. Pure.
 */

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** As the inspector writes it. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

export interface Share {
  readonly label: string;
  /** Seconds or bytes. */
  readonly amount: number;
}

export interface Summary {
  /** Without idle time. */
  readonly total: number;
  readonly idle: number;
  /** Largest first. */
  readonly areas: readonly Share[];
  /** Largest first. */
  readonly functions: readonly Share[];
}

const IDLE = '(idle)';
/** Starting and ending the profile takes time of its own. */
const PROFILER = 'node:inspector';
const MICROS_PER_SECOND = 1_000_000;

/** Self time in seconds. */
export function summarizeCpuProfile({ nodes, samples, timeDeltas }: CpuProfile): Summary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const tally = new Tally();
  let idle = 0;
  for (const [index, id] of samples.entries()) {
    const seconds = (timeDeltas[index] ?? 0) / MICROS_PER_SECOND;
    const frame = frames.get(id);
    if (frame === undefined || frame.url === PROFILER) continue;
    if (frame.functionName === IDLE) idle += seconds;
    else tally.add(frame, seconds);
  }
  return { ...tally.result(), idle };
}

/** Bytes that were allocated, estimated from the samples. */
export function summarizeHeapProfile(head: HeapNode): Summary {
  const tally = new Tally();
  const pending: HeapNode[] = [head];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.selfSize > 0) tally.add(node.callFrame, node.selfSize);
    pending.push(...node.children);
  }
  return { ...tally.result(), idle: 0 };
}

class Tally {
  readonly #areas = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  #total = 0;

  add(frame: CallFrame, amount: number): void {
    const area = areaOf(frame);
    const label = labelOf(frame);
    this.#total += amount;
    this.#areas.set(area, (this.#areas.get(area) ?? 0) + amount);
    this.#functions.set(label, (this.#functions.get(label) ?? 0) + amount);
  }

  result(): Omit<Summary, 'idle'> {
    return { total: this.#total, areas: sorted(this.#areas), functions: sorted(this.#functions) };
  }
}

function sorted(amounts: ReadonlyMap<string, number>): Share[] {
  return [...amounts]
    .map(([label, amount]) => ({ label, amount }))
    .toSorted((left, right) => right.amount - left.amount || left.label.localeCompare(right.label));
}

/** Our packages by name, Node's own JavaScript, and what is no JavaScript. */
export function areaOf({ functionName, url }: CallFrame): string {
  const ours = /(?:packages|apps)\/([^/]+)\/(?:dist|src)\//.exec(url)?.[1];
  if (ours !== undefined) return ours;
  const installed = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (installed !== undefined) return installed;
  if (url.startsWith('node:')) return "Node's JavaScript";
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(program)') return 'native code outside JavaScript';
  return 'native functions called from JavaScript';
}

function labelOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = /((?:packages|apps|node_modules)\/.*)$/.exec(url)?.[1] ?? url;
  return `${name} ${place}:${lineNumber + 1}`;
}
