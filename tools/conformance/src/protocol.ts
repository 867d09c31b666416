/**
 * What the runner and a client's program say to each other: one line each, fields separated by tabs.
 *
 * Program to runner, on stdout (every other line there is log):
 *   `@@ plan    VERSION  CASE,CASE,…`   first of all: the client's version and every case that it offers
 *   `@@ start   CASE`
 *   `@@ pass    CASE  MS  REMARK`
 *   `@@ fail    CASE  MS  REASON`
 *   `@@ restart clean|kill`             asks for a broker restart and waits for one line on stdin: `ok` or `error …`
 * The program is told by environment: CONFORMANCE_BOOTSTRAP, CONFORMANCE_RUN (prefix of every name it makes),
 * CONFORMANCE_TARGET (`millrace`, `reference` or an address), CONFORMANCE_INTEROP (the topic shared by all clients), CONFORMANCE_CASES (comma list, what to run).
 */
export type Message =
  | { kind: 'plan'; version: string; cases: string[] }
  | { kind: 'start'; name: string }
  | { kind: 'pass'; name: string; ms: number; detail: string }
  | { kind: 'fail'; name: string; ms: number; detail: string }
  | { kind: 'restart'; mode: 'clean' | 'kill' };

/** Reads a line of a program; undefined when it is not meant for the runner. */
export function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('@@ ')) return undefined;
  const [kind, first = '', second = '', third = ''] = line.slice(3).split('\t');
  switch (kind) {
    case 'plan':
      return { kind, version: first, cases: second.split(',').filter((name) => name !== '') };
    case 'start':
      return { kind, name: first };
    case 'pass':
    case 'fail':
      return { kind, name: first, ms: Number(second), detail: third };
    case 'restart':
      if (first !== 'clean' && first !== 'kill') throw new Error(`a program asked for an unknown restart "${first}"`);
      return { kind, mode: first };
    default:
      throw new Error(`a program said something unknown: ${line}`);
  }
}
