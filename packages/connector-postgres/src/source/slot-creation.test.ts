import { silentLogger, type LogFields } from '@millrace/base';
import { FakeServer, ManualTimers, settled } from '../../test/fake-server.ts';
import { watchedCreation } from './slot-creation.ts';

const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;

type Blockers = readonly (readonly (string | null)[])[];

/** A creation that is under way; `see` is what the next looks find, undefined: no answer. */
async function begin(found: readonly [isThere: boolean, blockers: Blockers] | undefined) {
  const timers = new ManualTimers();
  const logged: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  const note = (message: string, fields?: LogFields): void => void logged.push({ message, fields });
  let now = found;
  const creating = new FakeServer(timers, (sql) => (sql.includes('pg_backend_pid') ? [['42']] : undefined));
  const asking = new FakeServer(timers, () => {
    if (now === undefined) return undefined;
    const isThere = now[0] ? 't' : 'f';
    return now[1].length === 0
      ? [[isThere, null, null, null, null, null]]
      : now[1].map((blocker) => [isThere, ...blocker]);
  });
  // As the task has it.
  asking.connection.onLost = (reason) => creating.connection.destroy(reason);
  const { signal } = new AbortController();
  const outcome = watchedCreation(
    {
      slot: 'debezium',
      creating: creating.connection,
      asking: asking.connection,
      timers,
      log: { ...silentLogger, info: note, warn: note },
      signal,
    },
    () => creating.connection.query('create', 'CREATE', signal, Number.POSITIVE_INFINITY),
  ).catch((error: unknown) => error);
  await settled();
  return {
    timers,
    logged,
    creating,
    asking,
    outcome,
    see: (next: typeof found) => {
      now = next;
    },
  };
}

const blocker = (pid: string): readonly string[] => [pid, 'shop', 'app', 'psql', '2024-01-01 00:00:00+00'];

describe('the creation of a slot', () => {
  it('looks at nothing when it is quick', async () => {
    const { timers, creating, asking, outcome } = await begin([true, []]);
    creating.answer([['slot']]);

    expect(await outcome).toEqual([['slot']]);
    expect(asking.asked).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  it('tells what it waits for, once until that changes', async () => {
    const { timers, logged, creating, asking, outcome, see } = await begin([true, [blocker('7'), blocker('8')]]);
    for (let looks = 0; looks < 3; looks += 1) await timers.advance(LOOK_MS);
    see([true, [['0', null, null, null, null]]]);
    await timers.advance(LOOK_MS);
    see([true, []]);
    await timers.advance(LOOK_MS);
    creating.answer([['slot']]);

    expect(await outcome).toEqual([['slot']]);
    expect(asking.asked).toHaveLength(5);
    expect(asking.asked[0]).toContain('pg_blocking_pids(42)');
    expect(logged.map(({ fields }) => fields?.['waitsFor'])).toEqual([
      ['7', '8'].map(
        (pid) => `pid ${pid} (database shop, user app, application psql, open since 2024-01-01 00:00:00+00)`,
      ),
      ['a prepared transaction (pg_prepared_xacts)'],
      undefined,
    ]);
    expect(logged[0]?.fields?.['remedy']).toMatch(/pg_terminate_backend/);
    expect(timers.pending).toBe(0);
  });

  it('is given up when the server does not know its connection any more', async () => {
    const { timers, outcome, see } = await begin([true, [blocker('7')]]);
    await timers.advance(LOOK_MS);
    see([false, []]);
    await timers.advance(LOOK_MS);

    expect(await outcome).toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_CONNECTION',
      retriable: true,
      message: expect.stringContaining('does not know our connection'),
    });
  });

  it('goes on where looks lead to another server, which never knew its connection', async () => {
    const { timers, creating, outcome } = await begin([false, []]);
    for (let looks = 0; looks < 3; looks += 1) await timers.advance(LOOK_MS);
    creating.answer([['slot']]);

    expect(await outcome).toEqual([['slot']]);
  });

  it('is given up when looks are not answered', async () => {
    const { timers, outcome } = await begin(undefined);
    await timers.advance(LOOK_MS);
    await timers.advance(MINUTE_MS);

    expect(String(await outcome)).toMatch(/look what a new replication slot waits for: the server has said nothing/);
    expect(timers.pending).toBe(0);
  });

  it('waits for the answer to its last look, so that the connection can be used again', async () => {
    const { timers, creating, asking, outcome } = await begin(undefined);
    await timers.advance(LOOK_MS);
    creating.answer([['slot']]);
    await settled();
    asking.answer([['t', ...blocker('7')]]);
    await outcome;
    const next = asking.connection.query('ask', 'SELECT 2');
    asking.answer([['2']]);

    expect(await next).toEqual([['2']]);
  });
});
