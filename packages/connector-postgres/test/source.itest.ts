import { silentLogger, systemClock } from '@millrace/base';
import { PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase } from './source-database.ts';
import { jsonOf, Kept, SourceDriver, type KeptRecord } from './source-driver.ts';

type Row = Record<string, unknown>;

interface Envelope {
  readonly before: Row | null;
  readonly after: Row | null;
  readonly op: string;
  readonly source: Row;
}

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { max_replication_slots: 60 } });
});
afterAll(() => server.stop());

const short = ({ key, value }: KeptRecord): unknown[] => {
  const envelope = value as Envelope | null;
  return [key, envelope?.op, envelope?.before, envelope?.after];
};

const isSnapshotComplete = ({ offsets }: Kept): boolean =>
  [...offsets.values()].some((offset) => offset['snapshot'] === undefined);

describe('the Postgres source', () => {
  it('reads what is there, and then what changes', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2));
       INSERT INTO items VALUES (1, 'one', 1.50), (2, 'two "quoted"', NULL)`,
    );
    await using driver = await SourceDriver.start(postgresSource, db.properties);
    await driver.until(({ records }) => records.length === 2);
    await db.run(`INSERT INTO items VALUES (3, E'three\\n', -12.34)`);
    await db.run(`UPDATE items SET name = 'uno' WHERE id = 1`);
    await db.run('DELETE FROM items WHERE id = 2');
    await driver.until(({ records }) => records.length === 6);

    expect(driver.kept.of('app.public.items').map(short)).toEqual([
      [{ id: 1 }, 'r', null, { id: 1, name: 'one', price: 'AJY=' }],
      [{ id: 2 }, 'r', null, { id: 2, name: 'two "quoted"', price: null }],
      [{ id: 3 }, 'c', null, { id: 3, name: 'three\n', price: '+y4=' }],
      [{ id: 1 }, 'u', null, { id: 1, name: 'uno', price: 'AJY=' }],
      [{ id: 2 }, 'd', { id: 2, name: '', price: null }, null],
      [{ id: 2 }, undefined, undefined, undefined],
    ]);
  });

  it('says where a change comes from, as Debezium does', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'snapshot.mode': 'no_data' });
    await driver.until(({ batches }) => batches > 0);
    const [before] = await db.run('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
    await db.run('INSERT INTO t VALUES (1)');
    await driver.until(({ records }) => records.length === 1);

    const value = driver.kept.records[0]?.value as Record<string, unknown> & { source: Row };
    expect(Object.keys(value)).toEqual(['before', 'after', 'source', 'transaction', 'op', 'ts_ms', 'ts_us', 'ts_ns']);
    expect(value.source).toMatchObject({
      version: '0.1.0',
      connector: 'postgresql',
      name: 'app',
      snapshot: 'false',
      db: db.properties['database.dbname'],
      schema: 'public',
      table: 't',
      xmin: null,
    });
    const { lsn, sequence, ts_ms: millis } = value.source;
    expect(JSON.parse(sequence as string)).toEqual([expect.stringMatching(/^\d+$/), String(lsn)]);
    expect(Number(millis)).toBeGreaterThanOrEqual(Math.floor(Number(before?.['ms'])));
  });

  it('makes of a changed key a delete and a create that name each other', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x')`,
    );
    await using driver = await SourceDriver.start(postgresSource, db.properties);
    await driver.until(({ records }) => records.length === 1);
    await db.run('UPDATE t SET id = 2');
    await driver.until(({ records }) => records.length === 4);

    const [, ...changes] = driver.kept.records;
    expect(changes.map(short)).toEqual([
      [{ id: 1 }, 'd', { id: 1, v: null }, null],
      [{ id: 1 }, undefined, undefined, undefined],
      [{ id: 2 }, 'c', null, { id: 2, v: 'x' }],
    ]);
    expect(changes.map(({ record }) => record.headers?.map(({ key, value }) => [key, value]))).toEqual([
      [['__debezium.newkey', { id: 2 }]],
      [['__debezium.newkey', { id: 2 }]],
      [['__debezium.oldkey', { id: 1 }]],
    ]);
  });

  it('has the row before the change where the replica identity is full, and big values with it', async () => {
    const big = "(SELECT string_agg(md5(g::text), '') FROM generate_series(1, 400) g)";
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE plain (id int PRIMARY KEY, n int, big text); CREATE TABLE whole (LIKE plain INCLUDING ALL);
       ALTER TABLE whole REPLICA IDENTITY FULL`,
    );
    await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'snapshot.mode': 'no_data' });
    await driver.until(({ batches }) => batches > 0);
    for (const table of ['plain', 'whole'])
      await db.run(`INSERT INTO ${table} VALUES (1, 1, ${big}); UPDATE ${table} SET n = 2`);
    await driver.until(({ records }) => records.length === 4);

    const [plain, whole] = ['plain', 'whole'].map(
      (table) => driver.kept.of(`app.public.${table}`)[1]?.value as Envelope,
    );
    expect(plain?.before).toBeNull();
    expect(plain?.after).toEqual({ id: 1, n: 2, big: '__debezium_unavailable_value' });
    expect(whole?.before).toMatchObject({ id: 1, n: 1 });
    expect(whole?.after).toMatchObject({ id: 1, n: 2 });
    expect(whole?.after?.['big']).toHaveLength(400 * 32);
  });

  it('marks where transactions end, and nothing in the midst of one', async () => {
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5)',
    );
    const marks: unknown[] = [];
    const properties = { ...db.properties, 'max.batch.size': '2', 'status.update.interval.ms': '10s' };
    await using driver = await SourceDriver.start(postgresSource, properties, new Kept(), (batch) => {
      const { transaction, records } = batch;
      marks.push([records.map(({ key }) => (jsonOf(key) as { id: number }).id).join(), transaction]);
      return true;
    });
    await driver.until(isSnapshotComplete);
    const read = marks.splice(0);
    await db.run('INSERT INTO t SELECT generate_series(6, 9)');
    await driver.until(({ records }) => records.length === 9);
    await db.run('INSERT INTO t VALUES (10)');
    await driver.until(({ records }) => records.length === 10);

    expect(read.every((mark) => (mark as unknown[])[1] === 'end')).toBe(true);
    // How many batches there are depends on how the server sends.
    const inTheMidst = marks.filter((mark) => /[678]$/.test(String((mark as unknown[])[0])));
    expect(inTheMidst.length).toBeGreaterThan(0);
    expect(inTheMidst.every((mark) => (mark as unknown[])[1] === undefined)).toBe(true);
    expect(marks.at(-1)).toEqual(['10', 'end']);
  });

  it('captures a truncate when it is asked to', async () => {
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)',
    );
    const properties = { ...db.properties, 'snapshot.mode': 'no_data', 'skipped.operations': 'none' };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ batches }) => batches > 0);
    await db.run('INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); TRUNCATE a, b; INSERT INTO a VALUES (2)');
    await driver.until(({ records }) => records.length === 5);

    expect(driver.kept.of('app.public.a').map(short)).toEqual([
      [{ id: 1 }, 'c', null, { id: 1 }],
      [undefined, 't', null, null],
      [{ id: 2 }, 'c', null, { id: 2 }],
    ]);
  });

  it('follows a table that changes, each row with the columns that it had', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)');
    await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'snapshot.mode': 'no_data' });
    await driver.until(({ batches }) => batches > 0);
    await db.run(`INSERT INTO t VALUES (1, 'x')`);
    await db.run(`ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 5; INSERT INTO t VALUES (2, 'y')`);
    await db.run(`ALTER TABLE t DROP COLUMN a; ALTER TABLE t RENAME COLUMN b TO c; INSERT INTO t VALUES (3, 6)`);
    await db.run('ALTER TABLE t ALTER COLUMN c TYPE text');
    await db.run(`INSERT INTO t VALUES (4, 'z')`);
    await driver.until(({ records }) => records.length === 4);

    const { records } = driver.kept;
    expect(records.map(({ value }) => (value as Envelope).after)).toEqual([
      { id: 1, a: 'x' },
      { id: 2, a: 'y', b: 5 },
      { id: 3, c: 6 },
      { id: 4, c: 'z' },
    ]);
    const schemas = records.map(({ record }) => record.valueSchema?.fields?.[1]?.schema.fields);
    expect(schemas.map((fields) => fields?.map(({ name, schema }) => `${name} ${schema.type}`))).toEqual([
      ['id int32', 'a string'],
      ['id int32', 'a string', 'b int32'],
      ['id int32', 'c int32'],
      ['id int32', 'c string'],
    ]);
  });

  it('leaves out tables and columns, and takes other columns for the key', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY);
       CREATE TABLE wanted (id int PRIMARY KEY, region text NOT NULL, secret text); CREATE TABLE unwanted (id int PRIMARY KEY);
       INSERT INTO wanted VALUES (1, 'eu', 's'); INSERT INTO unwanted VALUES (1); INSERT INTO other.t VALUES (1)`,
    );
    const properties = {
      ...db.properties,
      'table.include.list': 'public\\.want.*',
      'column.exclude.list': '.*\\.secret',
      'message.key.columns': 'public.wanted:region,id',
    };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length === 1);
    await db.run(
      `INSERT INTO unwanted VALUES (2); INSERT INTO wanted VALUES (2, 'us', 's'); INSERT INTO other.t VALUES (2)`,
    );
    await driver.until(({ records }) => records.length === 2);

    expect(driver.kept.records.map(short)).toEqual([
      [{ region: 'eu', id: 1 }, 'r', null, { id: 1, region: 'eu' }],
      [{ region: 'us', id: 2 }, 'c', null, { id: 2, region: 'us' }],
    ]);
    expect(await db.run('SELECT tablename FROM pg_publication_tables')).toEqual([{ tablename: 'wanted' }]);
  });

  it('gives the row itself instead of an envelope, and a tombstone for a delete', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x')`,
    );
    await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'after.state.only': 'true' });
    await driver.until(({ records }) => records.length === 1);
    await db.run(`UPDATE t SET v = 'y'; DELETE FROM t`);
    await driver.until(({ records }) => records.length === 3);

    expect(driver.kept.records.map(({ key, value }) => [key, value])).toEqual([
      [{ id: 1 }, { id: 1, v: 'x' }],
      [{ id: 1 }, { id: 1, v: 'y' }],
      [{ id: 1 }, null],
    ]);
  });

  it('reads partitions as the table that they are parts of, when asked to', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
       CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
       INSERT INTO t VALUES (1), (11)`,
    );
    const properties = { ...db.properties, 'publish.via.partition.root': 'true' };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length === 2);
    await db.run('INSERT INTO t VALUES (2), (12)');
    await driver.until(({ records }) => records.length === 4);

    expect(driver.kept.of('app.public.t').map(({ key }) => key)).toEqual([
      { id: 1 },
      { id: 11 },
      { id: 2 },
      { id: 12 },
    ]);
  });

  it('hands a row that has no form to the dead letters, and goes on', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY, n numeric(6,2)); INSERT INTO t VALUES (1, 'NaN'), (2, 2)`,
    );
    await using driver = await SourceDriver.start(postgresSource, db.properties);
    await driver.until(({ records }) => records.length === 1);
    await db.run(`INSERT INTO t VALUES (3, 'NaN'), (4, 4)`);
    await driver.until(({ records }) => records.length === 2);

    expect(driver.kept.records.map(({ key }) => key)).toEqual([{ id: 2 }, { id: 4 }]);
    expect(driver.kept.deadLetters.map(({ raw }) => (JSON.parse(raw) as Row)['values'])).toEqual([
      ['1', 'NaN'],
      ['3', 'NaN'],
    ]);
    expect(String(driver.kept.deadLetters[0]?.error)).toMatch(/public\.t, column n: .*decimal\.handling\.mode=string/);
  });

  it('delivers messages that no table holds', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'snapshot.mode': 'no_data' });
    await driver.until(({ batches }) => batches > 0);
    await db.run(`SELECT pg_logical_emit_message(false, 'now', 'one'), pg_logical_emit_message(true, 'later', 'two')`);
    await driver.until(({ records }) => records.length === 2);

    expect(driver.kept.of('app.message').map(({ key, value }) => [key, (value as { message: Row }).message])).toEqual([
      [{ prefix: 'now' }, { prefix: 'now', content: 'b25l' }],
      [{ prefix: 'later' }, { prefix: 'later', content: 'dHdv' }],
    ]);
  });

  it('sends heartbeats and runs their query', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE beats (n int)');
    const properties = {
      ...db.properties,
      'snapshot.mode': 'no_data',
      'table.include.list': 'public.t',
      'heartbeat.interval.ms': '20',
      'heartbeat.action.query': 'INSERT INTO public.beats VALUES (1)',
    };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length >= 3);

    expect(driver.kept.of('__debezium-heartbeat.app')[0]?.key).toEqual({ serverName: 'app' });
    await waitUntil('the query has run', async () => (await db.run('SELECT FROM beats')).length > 0);
  });
});

describe('the place of the source in the log', () => {
  it('moves on while only others write, so that the server may forget', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE busy (v text)');
    await using driver = await SourceDriver.start(postgresSource, {
      ...db.properties,
      'table.include.list': 'public.t',
    });
    await driver.until(({ batches }) => batches > 0);
    await db.run(`INSERT INTO busy SELECT repeat('x', 1000) FROM generate_series(1, 5000)`);
    const [written] = await db.run('SELECT pg_current_wal_lsn() AS lsn');
    const isConfirmed = async (): Promise<boolean> => {
      const [slot] = await db.run(
        `SELECT confirmed_flush_lsn >= '${String(written?.['lsn'])}' AS moved FROM pg_replication_slots WHERE slot_name = '${db.slot}'`,
      );
      return slot?.['moved'] === true;
    };
    await waitUntil('the slot is confirmed beyond what others wrote', isConfirmed, 30_000);

    expect(driver.kept.records).toEqual([]);
  });

  it('is confirmed no further than what is durable', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    const kept = new Kept();
    await using first = await SourceDriver.start(
      postgresSource,
      db.properties,
      kept,
      (batch) => batch.records.length === 0,
    );
    await first.until(({ batches }) => batches > 0);
    await db.run('INSERT INTO t VALUES (1)');
    await first.failure();
    await first.stop();
    await using second = await SourceDriver.start(postgresSource, db.properties, kept);
    await second.until(({ records }) => records.length === 1);

    expect(kept.records.map(({ key }) => key)).toEqual([{ id: 1 }]);
  });

  it('is refused to a second connector while the first one reads it', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    await using driver = await SourceDriver.start(postgresSource, db.properties);
    await driver.until(isSnapshotComplete);
    await waitUntil('a reader', async () => {
      const [slot] = await db.run(`SELECT active FROM pg_replication_slots WHERE slot_name = '${db.slot}'`);
      return slot?.['active'] === true;
    });
    const { config } = postgresSource.config.read(db.properties);
    if (config === undefined) throw new Error('the settings are wrong');
    const issuesFor = (connector: string) =>
      postgresSource.check?.(config, {
        connector,
        log: silentLogger,
        clock: systemClock,
        signal: new AbortController().signal,
      });

    expect(await issuesFor('under-test')).toEqual([]);
    expect(await issuesFor('another')).toEqual([
      { key: 'slot.name', message: expect.stringContaining('is read by "millrace-connect under-test" now') },
    ]);
  });

  it('is not gone on from when the slot is gone or was moved by others', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const kept = new Kept();
    const properties = { ...db.properties, 'slot.drop.on.stop': 'true' };
    {
      await using driver = await SourceDriver.start(postgresSource, properties, kept);
      await driver.until(isSnapshotComplete);
    }
    await db.run('INSERT INTO t VALUES (2)');
    const gone = await SourceDriver.start(postgresSource, db.properties, kept);
    expect(String(await gone.failure())).toMatch(/slot .* is gone.*snapshot\.mode=when_needed/);
    await gone.stop();

    await using anew = await SourceDriver.start(
      postgresSource,
      { ...db.properties, 'snapshot.mode': 'when_needed' },
      kept,
    );
    await anew.until((all) => all.records.length === 3 && isSnapshotComplete(all));
    await anew.stop();
    await db.run('INSERT INTO t VALUES (3)');
    await db.run(`SELECT pg_replication_slot_advance('${db.slot}', pg_current_wal_lsn())`);
    const moved = await SourceDriver.start(postgresSource, db.properties, kept);
    expect(await moved.failure()).toMatchObject({ code: 'MILLRACE_CONNECT_POSTGRES_SLOT' });
    await moved.stop();
  });

  it('can be one that Debezium stored', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    const kept = new Kept();
    {
      await using driver = await SourceDriver.start(postgresSource, { ...db.properties, 'max.batch.size': '1' }, kept);
      await driver.until(({ batches }) => batches > 0);
      await db.run('INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)');
      await driver.until(({ records }) => records.length === 1);
    }
    const [[partition, offset] = ['', {}]] = [...kept.offsets];
    const first = kept.records[0]?.value as Envelope;
    const { lsn_events_processed: _events, lsn: _lsn, lsn_proc: _processed, ...debezium } = offset;
    // As after the first change: no count of changes, and a place inside the transaction.
    const lsn = Number(first.source['lsn']);
    const [committed] = JSON.parse(String(first.source['sequence'])) as [string];
    kept.offsets.set(partition, {
      ...debezium,
      lsn,
      lsn_proc: lsn,
      lsn_commit: Number(committed),
      messageType: 'INSERT',
    });
    kept.records.length = 1;
    await using driver = await SourceDriver.start(postgresSource, db.properties, kept);
    await driver.until(({ records }) => records.length === 3);

    expect(kept.records.map(({ key }) => key)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('is read no faster than records are taken', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY, v text)');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using driver = await SourceDriver.start(postgresSource, db.properties, new Kept(), async ({ records }) => {
      if (records.length > 0) await held;
      return true;
    });
    await driver.until(({ batches }) => batches > 0);
    const before = process.memoryUsage().arrayBuffers;
    await db.run(`INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 40000) g`);
    // The server has filled the socket and cannot send more, look after look.
    let looks = 0;
    let sent: unknown;
    await waitUntil('the server waits for the reader', async () => {
      const [sender] = await db.run(
        `SELECT r.sent_lsn, a.wait_event FROM pg_stat_replication r JOIN pg_stat_activity a USING (pid) WHERE a.datname = current_database()`,
      );
      looks = sender?.['wait_event'] === 'WalSenderWriteData' && sender['sent_lsn'] === sent ? looks + 1 : 0;
      sent = sender?.['sent_lsn'];
      return looks >= 10;
    });
    const grown = process.memoryUsage().arrayBuffers - before;
    release();
    await driver.until(({ records }) => records.length === 40_000, 'all rows', 40_000);

    // Eighty megabytes wait in the database and not here.
    expect(grown).toBeLessThan(30 * 2 ** 20);
  });
});

describe('snapshot.mode', () => {
  it.each(['always', 'initial'])('%s', async (mode) => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const kept = new Kept();
    const properties = { ...db.properties, 'snapshot.mode': mode };
    for (const id of [2, 3]) {
      await using driver = await SourceDriver.start(postgresSource, properties, kept);
      const before = kept.records.length;
      if (mode === 'always' || id === 2) await driver.until(({ records }) => records.length === before + id - 1);
      await db.run(`INSERT INTO t VALUES (${id})`);
      await driver.until(({ records }) => records.some(({ key }) => (key as { id: number }).id === id));
    }

    const operations = kept.records.map(({ value }) => (value as Envelope).op).join('');
    expect(operations).toBe(mode === 'always' ? 'rcrrc' : 'rcc');
  });

  it('initial_only ends with the snapshot', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    await using driver = await SourceDriver.start(postgresSource, {
      ...db.properties,
      'snapshot.mode': 'initial_only',
    });
    await driver.until(isSnapshotComplete);

    expect(driver.kept.records.map(({ key }) => key)).toEqual([{ id: 1 }]);
    expect(await db.run(`SELECT active FROM pg_replication_slots WHERE slot_name = '${db.slot}'`)).toEqual([
      { active: false },
    ]);
  });
});
