import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: NodeJS.GCFunction | undefined;

/** Collects the garbage of the thread that calls it. V8 shows its collector to contexts that are made after this flag. */
export function collectGarbage(options: NodeJS.GCOptions = {}): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as NodeJS.GCFunction;
  }
  collector({ ...options, execution: 'sync' });
}
