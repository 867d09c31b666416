/**
 * Reads the files of a history as one, in the order of time.
 *
 * Invariants: files are merged by `at`; within a file the order is that of its lines. A line that cannot be read is passed
 * over only where a killed process may have left it: when the next line, if any, is of another process.
 * Bounds: one line of each file is in memory.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { parseHistoryEvent, type RecordedEvent } from './history-event.ts';

/** All events of the files; throws on a line that is damaged otherwise than by the end of its process. */
export async function* readHistory(paths: readonly string[]): AsyncGenerator<RecordedEvent> {
  const files = paths.map((path) => readFile(path));
  try {
    const heads = await Promise.all(files.map(async (file) => (await file.next()).value ?? undefined));
    for (;;) {
      let first = -1;
      for (const [index, head] of heads.entries()) {
        const best = heads[first];
        if (head !== undefined && (best === undefined || head.event.at < best.event.at)) first = index;
      }
      const head = heads[first];
      if (head === undefined) return;
      yield head;
      const next = await files[first]?.next();
      heads[first] = next?.done === false ? next.value : undefined;
    }
  } finally {
    await Promise.all(files.map((file) => file.return(undefined)));
  }
}

async function* readFile(path: string): AsyncGenerator<RecordedEvent, undefined> {
  const name = basename(path);
  let number = 0;
  let by: string | undefined;
  let damage: { readonly error: Error; readonly by: string | undefined } | undefined;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (text === '') continue;
    const line = `${name}:${number}`;
    try {
      const event = parseHistoryEvent(text);
      if (damage !== undefined && damage.by === event.by) throw damage.error;
      damage = undefined;
      by = event.by;
      yield { event, line };
    } catch (error) {
      if (damage !== undefined) throw damage.error;
      damage = { error: new Error(`${line} is damaged: ${String(error)}`, { cause: error }), by };
    }
  }
  return undefined;
}
