/**
 * Watches the creation of a replication slot, for which the server waits, without a word, until every transaction that writes now has ended.
 *
 * Owns: a look at `pg_stat_activity` every `LOOK_INTERVAL_MS`, on a connection that has nothing else to do meanwhile. The creation may take
 * as long as it likes, so it is the looks that notice a server that is gone.
 */
import { messageOf, type Logger, type Timer, type Timers } from '@millrace/base';
import { PostgresError } from '../replication/postgres-error.ts';
import type { WireConnection } from '../replication/wire-connection.ts';

const LOOK_INTERVAL_MS = 5_000;
/** Of a transaction that was prepared: it has no process. */
const PREPARED = '0';

export interface SlotCreation {
  readonly slot: string;
  /** Where the slot is created. */
  readonly creating: WireConnection;
  /** Where to look meanwhile; whoever loses it ends the other one too. */
  readonly asking: WireConnection;
  readonly timers: Timers;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

interface Look {
  /** Whether the server still has the connection on which the slot is created. */
  readonly isThere: boolean;
  readonly waitsFor: readonly string[];
}

/** Does `create`, and logs what it waits for, each time that this changes. */
export async function watchedCreation<T>(watched: SlotCreation, create: () => Promise<T>): Promise<T> {
  const { slot, creating, asking, timers, log, signal } = watched;
  // Asked, and not taken from the login, since a proxy may tell a number of its own there.
  const [own] = await creating.query('look which process creates the slot', 'SELECT pg_backend_pid()', signal);
  const pid = Number(own?.[0]);
  let isOver = false;
  let wasThere = false;
  let logged: string | undefined;
  let timer: Timer | undefined;
  let look: Promise<void> = Promise.resolve();

  const lookAround = async (): Promise<void> => {
    const { isThere, waitsFor } = await whatHolds(asking, pid);
    if (isOver) return;
    // Where it never was, the two connections lead to different servers.
    if (wasThere && !isThere) {
      const message = `cannot create replication slot ${slot}: the server does not know our connection any more`;
      creating.destroy(new PostgresError('CONNECTION', message, { retriable: true }));
      return;
    }
    wasThere ||= isThere;
    const seen = waitsFor.join();
    if (seen === logged) return;
    logged = seen;
    if (waitsFor.length === 0)
      log.info('the replication slot is not created yet, though no transaction is known to hold it up', {
        slot,
        remedy: 'on a standby: SELECT pg_log_standby_snapshot() on the primary; else wait',
      });
    else
      log.info('creating the replication slot waits for transactions that are open', {
        slot,
        waitsFor,
        remedy: 'wait, or end those that were forgotten: SELECT pg_terminate_backend(pid), or ROLLBACK PREPARED',
      });
  };
  const schedule = (): void => {
    timer = timers.schedule(LOOK_INTERVAL_MS, () => {
      look = lookAround()
        .catch((error: unknown) => {
          if (!isOver) log.warn('cannot look what the replication slot waits for', { slot, reason: messageOf(error) });
        })
        .then(() => {
          if (!isOver) schedule();
        });
    });
  };

  schedule();
  try {
    return await create();
  } finally {
    isOver = true;
    timer?.cancel();
    // Nobody else may use the connection before the answer has come.
    await look;
  }
}

async function whatHolds(asking: WireConnection, pid: number): Promise<Look> {
  const rows = await asking.query(
    'look what a new replication slot waits for',
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ${pid}), b.pid, a.datname, a.usename, a.application_name, a.xact_start
     FROM (SELECT) one LEFT JOIN unnest(pg_blocking_pids(${pid})) AS b (pid) ON true
       LEFT JOIN pg_stat_activity a ON a.pid = b.pid ORDER BY b.pid`,
  );
  const waitsFor = rows.flatMap(([, blocker, database, user, application, since]) => {
    if (blocker === null || blocker === undefined) return [];
    if (blocker === PREPARED) return ['a prepared transaction (pg_prepared_xacts)'];
    return [
      `pid ${blocker} (database ${database ?? '?'}, user ${user ?? '?'}, application ${application ?? '?'}, open since ${since ?? '?'})`,
    ];
  });
  return { isThere: rows[0]?.[0] === 't', waitsFor };
}
