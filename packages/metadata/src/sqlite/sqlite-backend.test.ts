import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@millrace/testing';
import { ClusterDraft, type ClusterState } from '../cluster-draft.ts';
import { registerBroker } from '../operations.ts';
import { SqliteBackend } from './sqlite-backend.ts';
import { commitError, failureOf } from './sqlite-failure.ts';
import { migrate, readState } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';

describe('SqliteBackend', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-sqlite-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  function registered(state: ClusterState, nodeId: number): ClusterDraft {
    const draft = new ClusterDraft(state);
    registerBroker(draft, { nodeId, incarnation: 'i', rack: null, listeners: [] });
    return draft;
  }

  async function commit(backend: SqliteBackend, state: ClusterState, nodeId: number): Promise<ClusterState> {
    const draft = registered(state, nodeId);
    await backend.commit(draft.changes, draft.finish());
    return draft.finish();
  }

  it('writes in this thread first and in the worker afterwards', async () => {
    const path = join(folder, 'metadata.db');
    const backend = new SqliteBackend({ path, newClusterId: () => 'c' });
    let state = await backend.load();
    expect(backend.isHandedOver).toBe(false);
    state = await commit(backend, state, 1);

    await waitUntil('the worker has the file', () => backend.isHandedOver);
    await commit(backend, state, 2);
    await backend.close();

    const again = new SqliteBackend({ path, newClusterId: () => 'other' });
    const { snapshot } = await again.load();
    expect([...snapshot.brokers.keys()]).toEqual([1, 2]);
    expect(snapshot.clusterId).toBe('c');
    await again.close();
  });

  it('says so when the worker cannot have the file', async () => {
    const path = join(folder, 'metadata.db');
    const backend = new SqliteBackend({ path, newClusterId: () => 'c' });
    const state = await backend.load();
    // Somebody takes the file in the moment in which neither thread has it.
    let intruder: SqliteWriter | undefined;
    const { close } = SqliteWriter.prototype;
    const spy = jest.spyOn(SqliteWriter.prototype, 'close').mockImplementation(function (this: SqliteWriter) {
      close.call(this);
      intruder ??= new SqliteWriter(path);
    });
    await waitUntil('the worker is asked to open the file', () => backend.isHandedOver);
    spy.mockRestore();

    await expect(commit(backend, state, 1)).rejects.toMatchObject({
      code: 'MILLRACE_METADATA_WRITE_FAILED',
      retriable: false,
    });
    await backend.close();
    intruder?.close();
  });

  it('undoes a transaction that meets a full disk, and takes the next one', () => {
    const path = join(folder, 'metadata.db');
    const writer = new SqliteWriter(path);
    migrate(writer, path, () => 'c');
    const state = readState(writer.database, path);
    const big = new ClusterDraft(state);
    for (let nodeId = 0; nodeId < 500; nodeId++) {
      registerBroker(big, { nodeId, incarnation: 'x'.repeat(200), rack: null, listeners: [] });
    }
    writer.database.exec('PRAGMA max_page_count = 12');

    let error: unknown;
    try {
      writer.commit(big.changes, big.finish().snapshot.version);
    } catch (thrown) {
      error = commitError(path, failureOf(thrown));
    }

    expect(error).toMatchObject({ code: 'MILLRACE_METADATA_WRITE_FAILED', retriable: true });
    const small = registered(state, 1);
    writer.commit(small.changes, small.finish().snapshot.version);
    expect([...readState(writer.database, path).snapshot.brokers.keys()]).toEqual([1]);
    writer.close();
  });

  it('applies each migration once, in order, and keeps what is stored', () => {
    const path = join(folder, 'metadata.db');
    const first = { version: 1, name: 'one', sql: BASE_TABLES };
    const second = { version: 2, name: 'two', sql: 'ALTER TABLE brokers ADD COLUMN zone TEXT' };
    const writer = new SqliteWriter(path);
    migrate(writer, path, () => 'c', [first]);
    const draft = registered(readState(writer.database, path), 1);
    writer.commit(draft.changes, draft.finish().snapshot.version);

    migrate(writer, path, () => 'other', [first, second]);
    migrate(writer, path, () => 'other', [first, second]);

    const { snapshot } = readState(writer.database, path);
    expect([snapshot.clusterId, [...snapshot.brokers.keys()]]).toEqual(['c', [1]]);
    const applied = writer.database.prepare('SELECT version, name FROM schema_migrations').all();
    expect(applied.map((row) => ({ ...row }))).toEqual([
      { version: 1, name: 'one' },
      { version: 2, name: 'two' },
    ]);
    writer.close();
  });

  it('leaves the file as it was when a migration fails', () => {
    const path = join(folder, 'metadata.db');
    const writer = new SqliteWriter(path);
    const first = { version: 1, name: 'one', sql: BASE_TABLES };
    migrate(writer, path, () => 'c', [first]);
    const broken = { version: 2, name: 'two', sql: 'CREATE TABLE extra (id INTEGER); SELECT nonsense' };

    expect(() => migrate(writer, path, () => 'c', [first, broken])).toThrow('nonsense');

    expect(writer.database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'extra'").get()).toMatchObject(
      {
        n: 0,
      },
    );
    expect(readState(writer.database, path).snapshot.clusterId).toBe('c');
    writer.close();
  });
});

const BASE_TABLES = `
  CREATE TABLE cluster (id INTEGER PRIMARY KEY, cluster_id TEXT, version INTEGER, next_producer_id INTEGER);
  CREATE TABLE topics (topic_id TEXT PRIMARY KEY, name TEXT, is_internal INTEGER, replication_factor INTEGER);
  CREATE TABLE partitions (topic_id TEXT, partition INTEGER, owner INTEGER, leader_epoch INTEGER);
  CREATE TABLE configs (type INTEGER, name TEXT, key TEXT, value TEXT);
  CREATE TABLE brokers (node_id INTEGER PRIMARY KEY, incarnation TEXT, rack TEXT, listeners TEXT);`;
