/**
 * Deadlines of many things, most of which are put off again and again (sessions: by each heartbeat) and rarely met.
 *
 * Owns: a heap of (time, deadline) entries. Putting a deadline off only notes the new time; its entry moves when it surfaces.
 * Invariants: every deadline with a finite `dueMs` has an entry at or before it, whose time is `queuedMs`.
 * Bounds: a deadline that is brought forward leaves one outdated entry behind until that entry's time.
 */

/** One deadline; kept by its owner and set as often as needed. */
export class Deadline<T> {
  readonly owner: T;
  /** Infinity while there is none. */
  dueMs = Infinity;
  /** @internal Time of the entry that stands for this deadline. */
  queuedMs = Infinity;

  constructor(owner: T) {
    this.owner = owner;
  }
}

interface Entry<T> {
  readonly atMs: number;
  readonly deadline: Deadline<T>;
}

export class DeadlineQueue<T> {
  readonly #heap: Entry<T>[] = [];

  set(deadline: Deadline<T>, dueMs: number): void {
    deadline.dueMs = dueMs;
    if (dueMs < deadline.queuedMs) this.#push(deadline);
  }

  clear(deadline: Deadline<T>): void {
    deadline.dueMs = Infinity;
  }

  /** Time of the next deadline, Infinity when there is none. */
  nextMs(): number {
    return this.#first()?.atMs ?? Infinity;
  }

  /** Takes out one deadline that is due; undefined when there is none (left). */
  takeDue(nowMs: number): T | undefined {
    const first = this.#first();
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#pop();
    first.deadline.queuedMs = Infinity;
    first.deadline.dueMs = Infinity;
    return first.deadline.owner;
  }

  /** The earliest entry that means what it says; entries above it that do not are dropped or moved. */
  #first(): Entry<T> | undefined {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined) return undefined;
      const { deadline } = entry;
      if (entry.atMs === deadline.queuedMs && entry.atMs === deadline.dueMs) return entry;
      this.#pop();
      if (entry.atMs !== deadline.queuedMs) continue;
      deadline.queuedMs = Infinity;
      if (deadline.dueMs !== Infinity) this.#push(deadline);
    }
  }

  #push(deadline: Deadline<T>): void {
    const heap = this.#heap;
    const entry: Entry<T> = { atMs: deadline.dueMs, deadline };
    deadline.queuedMs = deadline.dueMs;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (above.atMs <= entry.atMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Entry<T>).atMs < (heap[child] as Entry<T>).atMs) child++;
      if ((heap[child] as Entry<T>).atMs >= last.atMs) break;
      heap[at] = heap[child] as Entry<T>;
      at = child;
    }
    heap[at] = last;
  }
}
