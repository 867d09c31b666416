import { isDeepStrictEqual } from 'node:util';
import { noMetrics, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { s, type OutRecord, type Schema, type SinkTask } from '@millrace/connect-api';
import { MemoryGroup, MemoryTopics, PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';

import { parseConnectionUrl } from '../src/sink/connection-url.ts';
import { OffsetTable } from '../src/sink/offset-table.ts';
import { Session } from '../src/sink/session.ts';
import { postgresSink } from '../src/sink/sink-connector.ts';
import { SinkSetting } from './sink-setting.ts';
import { Wire } from './wire.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
});

afterAll(() => server.stop());

const UPSERT = { 'insert.mode': 'upsert', 'pk.mode': 'record_key', 'delete.enabled': 'true' };

const keySchema = s.struct({ id: s.int32() });

function row(id: number, value: Record<string, unknown> | null, valueSchema?: Schema, topic = 't'): OutRecord {
  return { topic, key: { id }, keySchema, value, ...(valueSchema === undefined ? {} : { valueSchema }) };
}

const event = (op: string, before: unknown, after: unknown): Record<string, unknown> => ({
  op,
  before,
  after,
  source: { schema: 'public', table: 'copied', db: 'shop' },
});

describe('rows of the Postgres sink', () => {
  it('are inserted, changed and deleted, folded within a batch', async () => {
    await using db = await SinkSetting.open(server, { ...UPSERT, 'auto.create': 'true' });
    const schema = s.struct({ name: s.string({ optional: true }), n: s.int64() });
    await db.take([
      row(1, { name: 'a', n: 1 }, schema),
      row(2, { name: 'b', n: 2 }, schema),
      row(1, { name: 'c', n: 9_007_199_254_740_993n }, schema),
      row(2, null),
      row(3, { name: 'd', n: 3 }, schema),
      row(3, null),
      row(3, { name: null, n: 4 }, schema),
    ]);
    await db.take([row(1, { name: 'z', n: 5 }, schema)]);
    expect(await db.query('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, name: 'z', n: '5' },
      { id: 3, name: null, n: '4' },
    ]);
  });

  it('are only changed in update mode, never made', async () => {
    await using db = await SinkSetting.open(
      server,
      { ...UPSERT, 'insert.mode': 'update' },
      { setup: 'CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, NULL)' },
    );
    await db.take([row(1, { name: 'a' }), row(2, { name: 'b' })]);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 1, name: 'a' }]);
  });

  it('are written in insert mode by COPY, whatever characters they have', async () => {
    await using db = await SinkSetting.open(server, { 'auto.create': 'true' });
    const texts = ['a\tb', 'a\nb\r', '\\N', '\\.', 'x\\', '', ' ', '{"a"}', 'é😀', '\b\f\v', 'NULL'];
    await db.take([...texts, ...texts].map((text, n) => ({ topic: 't', value: { n, text } })));
    const found = await db.query('SELECT text FROM t ORDER BY n');
    expect(found.map(({ text }) => text)).toEqual([...texts, ...texts]);
  });

  it('have their key from the value, the headers, or the place in Kafka', async () => {
    const settings = { 'auto.create': 'true', 'insert.mode': 'upsert' };
    await using value = await SinkSetting.open(server, { ...settings, 'pk.mode': 'record_value', 'pk.fields': 'a,b' });
    await value.take([
      { topic: 't', value: { a: 1, b: 'x', c: 1 } },
      { topic: 't', value: { a: 1, b: 'x', c: 2 } },
      { topic: 't', value: { a: 1, b: 'y', c: 3 } },
    ]);
    expect(await value.query('SELECT b, c FROM t ORDER BY b')).toEqual([
      { b: 'x', c: '2' },
      { b: 'y', c: '3' },
    ]);

    await using headers = await SinkSetting.open(server, { ...settings, 'pk.mode': 'record_header', 'pk.fields': 'h' });
    await headers.take([{ topic: 't', value: { c: 1 }, headers: [{ key: 'h', value: 'x' }] }]);
    expect(await headers.query('SELECT * FROM t')).toEqual([{ h: 'x', c: '1' }]);

    await using kafka = await SinkSetting.open(server, { ...settings, 'pk.mode': 'kafka' });
    await kafka.take([
      { topic: 't', value: { c: 1 } },
      { topic: 't', value: { c: 2 } },
    ]);
    expect(await kafka.query('SELECT * FROM t ORDER BY c')).toEqual([
      { __connect_topic: 't', __connect_partition: 0, __connect_offset: '0', c: '1' },
      { __connect_topic: 't', __connect_partition: 0, __connect_offset: '1', c: '2' },
    ]);
  });

  it('keep large values that a change event does not have', async () => {
    const gone = '__debezium_unavailable_value';
    await using db = await SinkSetting.open(
      server,
      { ...UPSERT, 'table.name.format': '${source.schema}.${source.table}' },
      { setup: 'CREATE TABLE copied (id int PRIMARY KEY, n int, body text NOT NULL, raw bytea)' },
    );
    await db.take([
      row(1, event('c', null, { id: 1, n: 1, body: 'large', raw: '/w==' })),
      row(1, event('u', null, { id: 1, n: 2, body: gone, raw: '/w==' })),
    ]);
    await db.take([
      row(1, event('u', null, { id: 1, n: 3, body: gone, raw: Buffer.from(gone).toString('base64') })),
      row(2, event('c', null, { id: 2, n: 1, body: 'x', raw: null })),
    ]);
    expect(await db.query("SELECT id, n, body, encode(raw, 'hex') AS raw FROM copied ORDER BY id")).toEqual([
      { id: 1, n: 3, body: 'large', raw: 'ff' },
      { id: 2, n: 1, body: 'x', raw: null },
    ]);
  });

  it('are gone after a truncate event, but not those that come after it', async () => {
    await using db = await SinkSetting.open(
      server,
      { ...UPSERT, 'truncate.enabled': 'true' },
      { setup: 'CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (7, 7)' },
    );
    await db.take([
      row(1, event('c', null, { id: 1, n: 1 })),
      { topic: 't', value: event('t', null, null) },
      row(2, event('c', null, { id: 2, n: 2 })),
    ]);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 2, n: 2 }]);
  });

  it('change places of unique values within a batch, as they did at the source', async () => {
    await using db = await SinkSetting.open(server, UPSERT, {
      setup: "CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
    });
    await db.take([row(1, { u: 'free' }), row(2, { u: 'x' }), row(1, { u: 'y' })]);
    expect(await db.query('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, u: 'y' },
      { id: 2, u: 'x' },
    ]);
  });

  it('go into identity columns and past generated ones', async () => {
    await using db = await SinkSetting.open(server, UPSERT, {
      setup:
        'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)',
    });
    await db.take([row(5, { n: 4, twice: 1 })]);
    await db.take([row(5, { n: 6, twice: 1 })]);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 5, n: 6, twice: 12 }]);
  });

  it('go to tables and columns of odd names, and find a column of another case', async () => {
    const topic = 'or"der.Select';
    await using db = await SinkSetting.open(server, { ...UPSERT, 'auto.create': 'true' });
    await db.take([row(1, { 'a"b': 'x', from: 'y' }, undefined, topic)]);
    expect(await db.query('SELECT * FROM "or""der_Select"')).toEqual([{ id: 1, 'a"b': 'x', from: 'y' }]);
    await db.query('CREATE TABLE t (id int PRIMARY KEY, username text)');
    await db.take([row(1, { userName: 'z' })]);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 1, username: 'z' }]);
  });

  it('have only the fields that are listed', async () => {
    await using include = await SinkSetting.open(server, {
      ...UPSERT,
      'auto.create': 'true',
      'field.include.list': 't:a,b',
    });
    await include.take([row(1, { a: 1, b: 2, c: 3 }), row(1, { a: 1, b: 2, c: 3 }, undefined, 't2')]);
    expect(await include.query('SELECT * FROM t')).toEqual([{ id: 1, a: '1', b: '2' }]);
    expect(await include.query('SELECT * FROM t2')).toEqual([{ id: 1, b: '2' }]);
  });

  it('are written to tables that refuse COPY', async () => {
    await using db = await SinkSetting.open(
      server,
      {},
      {
        setup:
          'CREATE TABLE t (n int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; ' +
          "CREATE POLICY p ON t USING (true); DROP ROLE IF EXISTS writer; CREATE ROLE writer LOGIN PASSWORD 'w'; " +
          'GRANT INSERT, SELECT ON t TO writer',
      },
    );
    const records = Array.from({ length: 20 }, (_, n) => ({ topic: 't', value: { n } }));
    const writer = { ...db.properties, 'connection.username': 'writer', 'connection.password': 'w' };
    Object.assign(db, { properties: writer });
    await db.take(records);
    expect(await db.query('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 20 }]);
  });
});

describe('tables of the Postgres sink', () => {
  it('are made by the schema, and get columns that are new', async () => {
    await using db = await SinkSetting.open(server, { ...UPSERT, 'schema.evolution': 'basic' });
    const first = s.struct({ a: s.string(), at: s.timestamp(), price: s.decimal(2) });
    const second = s.struct({ a: s.string(), tags: s.array(s.string()), on: s.date({ optional: true }) });
    await db.take([
      row(1, { a: 'x', at: new Date(0), price: { unscaled: 1999n, scale: 2 } }, first),
      row(2, { a: 'y', tags: ['p', 'q"'], on: new Date(86_400_000) }, second),
      row(3, { a: 'z', at: new Date(1), price: { unscaled: 0n, scale: 2 } }, first),
    ]);
    expect(await db.query('SELECT id, a, at::text, price::text, tags, "on"::text FROM t ORDER BY id')).toEqual([
      { id: 1, a: 'x', at: '1970-01-01 00:00:00', price: '19.99', tags: null, on: null },
      { id: 2, a: 'y', at: null, price: null, tags: ['p', 'q"'], on: '1970-01-02' },
      { id: 3, a: 'z', at: '1970-01-01 00:00:00.001', price: '0.00', tags: null, on: null },
    ]);
    const types = await db.query(
      "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END, ', ' " +
        "ORDER BY attnum) AS types FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0",
    );
    expect(types[0]?.['types']).toBe(
      'id integer not null, a text, at timestamp without time zone, price numeric, tags text[], on date',
    );
  });

  it('are made once by tasks that meet the topic at the same time', async () => {
    await using db = await SinkSetting.open(server, { ...UPSERT, 'auto.create': 'true' }, { partitions: 8 });
    await db.take(
      Array.from({ length: 200 }, (_, id) => row(id, { n: id })),
      { tasksMax: 4, batchRecordsMax: 10 },
    );
    expect(await db.query('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 200 }]);
  });

  it('are looked at again when somebody has changed them', async () => {
    await using db = await SinkSetting.open(server, UPSERT, { setup: 'CREATE TABLE t (id int PRIMARY KEY, a int)' });
    db.topics.append([row(1, { a: 1 })]);
    await using next = db.start();
    await next.until();
    await db.query('ALTER TABLE t ALTER COLUMN a TYPE text; ALTER TABLE t ADD COLUMN b int');
    db.topics.append([row(2, { a: 'text' }), row(3, { a: 'x', b: 1 })]);
    await next.until();
    await db.query('DROP TABLE t; CREATE TABLE t (a text, id bigint PRIMARY KEY, b numeric)');
    db.topics.append([row(2, { a: 'new' })]);
    await next.until();
    expect(await db.query('SELECT * FROM t')).toEqual([{ a: 'new', id: '2', b: null }]);
  });

  it.each<[string, string, string]>([
    ['are missing', '', 'auto.create=true'],
    ['lack a column', 'CREATE TABLE t (id int PRIMARY KEY)', 'auto.evolve=true'],
    ['have no key to upsert by', 'CREATE TABLE t (id int, n int)', 'primary key or unique index of the columns id'],
  ])('stop the task with what to do when they %s', async (_what, setup, remedy) => {
    await using db = await SinkSetting.open(server, UPSERT, { setup });
    await expect(db.take([row(1, { n: 1 })])).rejects.toThrow(remedy);
  });
});

describe('rows that the database does not take', () => {
  const setup = 'CREATE TABLE t (id int PRIMARY KEY, n int CHECK (n >= 0), s varchar(5))';

  it('are found among thousands, and the others are written', async () => {
    await using db = await SinkSetting.open(server, UPSERT, { setup });
    const bad = new Set([0, 17, 18, 400, 999]);
    await using run = await db.take(
      Array.from({ length: 1000 }, (_, id) => row(id, bad.has(id) ? { n: -1, s: 'x' } : { n: id, s: 'x' })),
      { errorsTolerance: 'all', batchRecordsMax: 1000 },
    );
    expect(run.deadLetters.map(({ record }) => record.offset)).toEqual([...bad]);
    expect(run.deadLetters[0]?.reason).toContain('violates check constraint');
    expect(await db.query('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 995 }]);
  });

  it('are told by what is wrong with them, without their values', async () => {
    await using db = await SinkSetting.open(server, UPSERT, { setup });
    await using run = await db.take(
      [
        row(1, { n: 'secret', s: 'a' }),
        row(2, { n: 1, s: 'secret' }),
        row(3, { n: 99_999_999_999, s: 'a' }),
        row(4, { n: 1, s: 'a' }),
      ],
      { errorsTolerance: 'all' },
    );
    expect(run.deadLetters.map(({ reason }) => reason)).toEqual([
      'table "t" does not take the row: invalid input syntax for type integer',
      'table "t" does not take the row: value too long for type character varying(5)',
      expect.stringContaining('out of range'),
    ]);
    expect(await db.query('SELECT id FROM t')).toEqual([{ id: 4 }]);
  });

  it('are found also where the constraint speaks up at the end of the transaction', async () => {
    await using db = await SinkSetting.open(server, UPSERT, {
      setup:
        'CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1); ' +
        'CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)',
    });
    await using run = await db.take([row(1, { p: 1 }), row(2, { p: 5 }), row(3, { p: 1 })], { errorsTolerance: 'all' });
    expect(run.deadLetters.map(({ record }) => record.offset)).toEqual([1]);
    expect(await db.query('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('stop the task where that is not tolerated, with everything of the batch rolled back', async () => {
    await using db = await SinkSetting.open(
      server,
      { 'pk.mode': 'record_key', 'delivery.guarantee': 'exactly_once' },
      { setup },
    );
    db.topics.append([row(1, { n: 1 }), row(2, { n: -1 })]);
    await using run = db.start();
    await expect(run.until()).rejects.toThrow('violates check constraint');
    expect(await db.query('SELECT * FROM t')).toEqual([]);
    expect(await db.query('SELECT next_offset FROM millrace_connect_offsets')).toEqual([{ next_offset: null }]);
  });
});

describe('exactly once', () => {
  const settings = { 'auto.create': 'true', 'delivery.guarantee': 'exactly_once' };
  const records = (from: number, count: number): OutRecord[] =>
    Array.from({ length: count }, (_, i) => ({ topic: 't', partition: 0, value: { n: from + i } }));
  const numbers = async (db: SinkSetting): Promise<readonly number[]> =>
    (await db.query('SELECT n::int FROM t ORDER BY n')).map(({ n }) => Number(n));
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

  it('goes on where the database is, not where the group is', async () => {
    await using db = await SinkSetting.open(server, settings);
    await db.take(records(0, 30));
    db.group.commit([{ topic: 't', partition: 0, offset: 3 }]);
    await db.take(records(30, 5));
    expect(await numbers(db)).toEqual(upTo(35));
  });

  it('writes nothing twice when the answer to a commit is lost', async () => {
    await using db = await SinkSetting.open(server, settings);
    await using wire = await Wire.start(server.port);
    await db.take(records(0, 5));
    Object.assign(db, { properties: wire.properties(db.properties) });
    wire.cutAfterCommit();
    await db.take(records(5, 30), { retriesMax: 100, batchRecordsMax: 10 });
    expect(wire.cuts).toBe(1);
    expect(await numbers(db)).toEqual(upTo(35));
  });

  it('waits for a commit that the server has not finished, before it tells where it is', async () => {
    await using db = await SinkSetting.open(server, settings);
    const open = (): Promise<Session> =>
      Session.open(
        parseConnectionUrl(db.properties['connection.url'] ?? ''),
        {
          user: server.user,
          password: server.password,
          applicationName: 'test',
          queryTimeoutMs: 60_000,
          timers: systemTimers,
        },
        new AbortController().signal,
      );
    await using lost = await open();
    await using next = await open();
    const offsets = new OffsetTable({ schema: undefined, table: 'offsets' }, 'c');
    await offsets.claim(lost, [{ topic: 't', partition: 0 }]);
    await lost.query('BEGIN');
    await offsets.advance(lost, [{ topic: 't', partition: 0, offset: 7 }]);
    const read = offsets.read(next);
    const isWaiting = async (): Promise<boolean> =>
      (await db.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
        .length > 0;
    let isRead = false;
    void read.then(() => (isRead = true));
    await waitUntil('the answer, or its wait for the lock', async () => isRead || (await isWaiting()));
    await lost.query('COMMIT');
    expect(await read).toEqual([{ topic: 't', partition: 0, offset: 7 }]);
  });

  it('lets no task write that has lost its partitions to another', async () => {
    await using db = await SinkSetting.open(server, { ...settings, 'max.retries': '3' });
    db.topics.append(records(0, 5));
    await using zombie = db.start({ retriesMax: 3 });
    await zombie.until();
    const ownerOf = async (): Promise<unknown> => (await db.query('SELECT owner FROM millrace_connect_offsets'))[0];
    const before = await ownerOf();
    await using owner = db.start();
    await waitUntil('the owner changes', async () => !isDeepStrictEqual(await ownerOf(), before));
    db.topics.append(records(5, 5));
    await expect(zombie.until(() => false)).rejects.toThrow('another task has taken over');
    await owner.until(() => owner.written >= 5);
    expect(await numbers(db)).toEqual(upTo(10));
  });

  it('refuses records of a topic that was made anew, until its offsets are reset', async () => {
    await using db = await SinkSetting.open(server, settings);
    await db.take(records(0, 30));
    const { config } = postgresSink.config.read(db.properties);
    if (config === undefined) throw new Error('the settings are wrong');
    const context = { connector: 'test', log: silentLogger, clock: systemClock, signal: new AbortController().signal };
    const made = (): Promise<SinkTask> =>
      postgresSink.task({}, config, {
        ...context,
        task: 0,
        metrics: noMetrics,
        timers: systemTimers,
        report: (_record, error) => Promise.reject(error),
        pause: () => undefined,
        resume: () => undefined,
        commitSoon: () => undefined,
        seek: () => undefined,
      });
    const anew = new MemoryTopics();
    anew.append(records(100, 2));
    const [first] = anew.read({ topic: 't', partition: 0 }, 0, 1);
    if (first === undefined) throw new Error('there is a record');
    {
      await using task = await made();
      expect(await task.assigned?.([first])).toEqual([{ topic: 't', partition: 0, offset: 30 }]);
      // The consumer found no such offset and began at the start.
      await expect(task.write([first], context.signal)).rejects.toMatchObject({
        code: 'MILLRACE_CONNECT_POSTGRES_SINK_TOPIC_REPLACED',
        retriable: false,
        message: expect.stringMatching(
          /^t\[0\] goes on at offset 0, .*"millrace_connect_offsets" has it up to 30: .*stop connector test, reset its offsets/,
        ),
      });
    }
    await postgresSink.alterOffsets?.(config, [{ topic: 't', partition: 0, offset: null }], context);
    Object.assign(db, { topics: anew, group: new MemoryGroup() });
    await db.take([]);
    expect(await numbers(db)).toEqual([...upTo(30), 100, 101]);
  });

  it('gives way to offsets that are set by hand', async () => {
    await using db = await SinkSetting.open(server, settings);
    await db.take(records(0, 10));
    const { config } = postgresSink.config.read(db.properties);
    if (config === undefined) throw new Error('the settings are wrong');
    const context = { connector: 'test', log: silentLogger, clock: systemClock, signal: new AbortController().signal };
    await postgresSink.alterOffsets?.(config, [{ topic: 't', partition: 0, offset: 8 }], context);
    db.group.commit([{ topic: 't', partition: 0, offset: 0 }]);
    await db.take(records(10, 1));
    expect((await numbers(db)).length).toBe(13);
    await postgresSink.alterOffsets?.(config, [{ topic: 't', partition: 0, offset: null }], context);
    expect(await db.query('SELECT * FROM millrace_connect_offsets')).toEqual([]);
  });
});

describe('a database that goes away', () => {
  it('is waited for when it restarts, without a record lost', async () => {
    await using other = await PostgresServer.start();
    await using db = await SinkSetting.open(other, { ...UPSERT, 'auto.create': 'true' });
    db.topics.append(Array.from({ length: 100 }, (_, id) => row(id, { n: id })));
    await using run = db.start({ retriesMax: 10_000, batchRecordsMax: 10 });
    await run.until(() => run.written >= 50);
    await other.restart('kill');
    db.topics.append(Array.from({ length: 100 }, (_, id) => row(100 + id, { n: id })));
    await run.until();
    const client = await other.connect(new URL(db.properties['connection.url'] ?? '').pathname.slice(1));
    const { rows } = await client.query('SELECT count(*)::int AS n FROM t');
    await client.end();
    expect(rows).toEqual([{ n: 200 }]);
  });

  it('is given up when it does not answer in time, and found again', async () => {
    await using db = await SinkSetting.open(server, { ...UPSERT, 'auto.create': 'true', 'query.timeout.ms': '1s' });
    await using wire = await Wire.start(server.port);
    Object.assign(db, { properties: wire.properties(db.properties) });
    db.topics.append([row(1, { n: 1 })]);
    await using run = db.start({ retriesMax: 10_000 });
    await run.until();
    wire.isSilent = true;
    db.topics.append([row(2, { n: 2 })]);
    await run.until(() => wire.swallowed > 0);
    wire.isSilent = false;
    await run.until();
    expect(await db.query('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('fails the task after max.retries', async () => {
    await using db = await SinkSetting.open(server, { ...UPSERT, 'auto.create': 'true', 'max.retries': '2' });
    Object.assign(db, { properties: { ...db.properties, 'connection.url': 'postgresql://127.0.0.1:1/nowhere' } });
    await expect(db.take([row(1, { n: 1 })], { retriesMax: 10_000 })).rejects.toThrow('given up after 3 attempts');
  });
});
