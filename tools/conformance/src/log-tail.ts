import { readFileSync } from 'node:fs';

/** The last lines of a broker's log, for an error message. */
export function logTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-12).join('\n');
  } catch {
    return '(no log)';
  }
}
