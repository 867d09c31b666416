/** The publication: who makes it, which tables it gets, and what becomes of a source without it. */
import { silentLogger, systemClock } from '@millrace/base';
import { PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase, type SourceDatabase } from './source-database.ts';
import { Kept, SourceDriver } from './source-driver.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { max_replication_slots: 60 } });
});
afterAll(() => server.stop());

const TABLES = `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
  INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)`;

const isSnapshotComplete = ({ offsets }: Kept): boolean =>
  [...offsets.values()].some((offset) => offset['snapshot'] === undefined);

const seen = ({ records }: Kept): string[] =>
  records.map(({ topic, key, value }) => {
    const { op } = value as { readonly op: string };
    return `${topic.slice('app.public.'.length)} ${op} ${(key as { readonly id: number }).id}`;
  });

async function published(db: SourceDatabase): Promise<unknown[]> {
  return (await db.run('SELECT tablename FROM pg_publication_tables ORDER BY 1')).map(({ tablename }) => tablename);
}

function propertiesOf(
  db: SourceDatabase,
  mode: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...db.properties, 'publication.name': 'captured', 'publication.autocreate.mode': mode, ...more };
}

/** Nothing need come of it, so that no batch tells. */
async function isReading({ logged }: SourceDriver): Promise<void> {
  await waitUntil('it reads changes', () => logged.some(({ message }) => message === 'reading changes'));
}

async function failureOf(properties: Readonly<Record<string, string>>, kept = new Kept()): Promise<unknown> {
  const driver = await SourceDriver.start(postgresSource, properties, kept);
  const failure = await driver.failure();
  await driver.stop();
  return failure;
}

describe('publication.autocreate.mode', () => {
  it('all_tables publishes all, those too that are made later, and the lists say what is captured', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'all_tables', { 'table.exclude.list': 'public\\.b' });
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(isSnapshotComplete);
    await db.run('CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1); INSERT INTO b VALUES (2)');
    await db.run('INSERT INTO a VALUES (2)');
    await driver.until(({ records }) => records.length === 3);

    expect(seen(driver.kept)).toEqual(['a r 1', 'c c 1', 'a c 2']);
    expect(await db.run('SELECT pubname, puballtables FROM pg_publication')).toEqual([
      { pubname: 'captured', puballtables: true },
    ]);
  });

  it('filtered publishes what the lists include; a table that is made later joins at the next start, without its rows', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'filtered', { 'table.include.list': 'public\\.[ac]' });
    const kept = new Kept();
    {
      await using driver = await SourceDriver.start(postgresSource, properties, kept);
      await driver.until(isSnapshotComplete);
      expect(await published(db)).toEqual(['a']);
      await db.run('CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1); INSERT INTO a VALUES (2)');
      await driver.until(({ records }) => records.length === 2);
    }
    await db.run('INSERT INTO c VALUES (2)');
    await using driver = await SourceDriver.start(postgresSource, properties, kept);
    await isReading(driver);
    await db.run('INSERT INTO c VALUES (3); INSERT INTO a VALUES (3)');
    await driver.until(({ records }) => records.length === 4);

    expect(seen(kept)).toEqual(['a r 1', 'a c 2', 'c c 3', 'a c 3']);
    expect(await published(db)).toEqual(['a', 'c']);
    expect(driver.logged.find(({ message }) => message.includes('without a snapshot'))?.fields).toMatchObject({
      tables: ['"public"."c"'],
    });
  });

  it('disabled takes the publication as it is, and says what to do when there is none', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'disabled');
    const { config } = postgresSource.config.read(properties);
    if (config === undefined) throw new Error('the settings are wrong');
    const context = { connector: 'c', log: silentLogger, clock: systemClock, signal: new AbortController().signal };
    expect(await postgresSource.check?.(config, context)).toEqual([
      { key: 'publication.name', message: expect.stringContaining('there is no publication captured') },
    ]);
    expect(await failureOf(properties)).toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_SETUP',
      message: expect.stringMatching(/no publication captured.*CREATE PUBLICATION "captured" FOR TABLE/),
    });
    await db.run('CREATE PUBLICATION captured FOR TABLE b');
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(isSnapshotComplete);
    await db.run('INSERT INTO a VALUES (2); INSERT INTO b VALUES (2)');
    await driver.until(({ records }) => records.length === 2);

    expect(seen(driver.kept)).toEqual(['b r 1', 'b c 2']);
    expect(await published(db)).toEqual(['b']);
  });

  it('no_tables makes an empty one for the administrator to fill', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'no_tables');
    expect(await failureOf(properties)).toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_SETUP',
      message: expect.stringMatching(/captured has no table.*ALTER PUBLICATION … ADD TABLE/),
    });
    await db.run('ALTER PUBLICATION captured ADD TABLE a');
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length === 1);

    expect(seen(driver.kept)).toEqual(['a r 1']);
  });
});

describe('a publication that is dropped', () => {
  const GONE = /publication captured is gone.*snapshot\.mode=when_needed/;

  it.each(['filtered', 'disabled'])(
    'while the source is down is not made anew in passing, as changes would be left out (%s)',
    async (mode) => {
      await using db = await sourceDatabase(server, `${TABLES}; CREATE PUBLICATION captured FOR TABLE a, b`);
      const kept = new Kept();
      {
        await using driver = await SourceDriver.start(postgresSource, propertiesOf(db, mode), kept);
        await driver.until(isSnapshotComplete);
      }
      await db.run('INSERT INTO a VALUES (2); DROP PUBLICATION captured; INSERT INTO a VALUES (3)');
      for (let start = 0; start < 2; start += 1) {
        const failure = await failureOf(propertiesOf(db, mode), kept);
        expect(failure).toMatchObject({ code: 'MILLRACE_CONNECT_POSTGRES_SLOT' });
        expect(String(failure)).toMatch(GONE);
      }
      expect(await db.run('SELECT FROM pg_publication')).toEqual([]);
    },
  );

  it('while the source runs is noticed, though the server only leaves out changes', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'filtered');
    const kept = new Kept();
    await using driver = await SourceDriver.start(postgresSource, properties, kept);
    await isReading(driver);
    await db.run('DROP PUBLICATION captured; INSERT INTO a VALUES (2)');
    for (const failure of [await driver.failure(), await failureOf(properties, kept)]) {
      expect(failure).toMatchObject({ code: 'MILLRACE_CONNECT_POSTGRES_SLOT', retriable: false });
      expect(String(failure)).toMatch(GONE);
    }
  });

  it('is made anew with a snapshot where that is wanted', async () => {
    await using db = await sourceDatabase(server, TABLES);
    const properties = propertiesOf(db, 'filtered', { 'snapshot.mode': 'when_needed' });
    const kept = new Kept();
    {
      await using driver = await SourceDriver.start(postgresSource, properties, kept);
      await driver.until(isSnapshotComplete);
    }
    kept.records.length = 0;
    await db.run('DROP PUBLICATION captured; INSERT INTO a VALUES (2)');
    await using driver = await SourceDriver.start(postgresSource, properties, kept);
    await driver.until((all) => all.records.length === 3 && isSnapshotComplete(all));
    await db.run('INSERT INTO a VALUES (3)');
    await driver.until(({ records }) => records.length === 4);

    expect(seen(kept)).toEqual(['a r 1', 'a r 2', 'b r 1', 'a c 3']);
  });
});
