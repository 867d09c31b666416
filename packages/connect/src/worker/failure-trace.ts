import { messageOf } from '@millrace/base';

/** What a status shows of an error: its stack, and those of its causes. */
export function failureTrace(error: unknown): string {
  const parts: string[] = [];
  for (let each = error, depth = 0; each !== undefined && depth < 8; depth++) {
    parts.push(each instanceof Error ? (each.stack ?? `${each.name}: ${each.message}`) : messageOf(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return parts.join('\nCaused by: ');
}
