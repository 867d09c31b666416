import { isCreating, isEvolving, sinkConfig } from './sink-config.ts';

const URL = { 'connection.url': 'postgresql://db/shop' };

function issues(properties: Readonly<Record<string, string>>): readonly string[] {
  return sinkConfig.read({ ...URL, ...properties }).issues.map(({ key, message }) => `${key}: ${message}`);
}

describe('settings of the Postgres sink', () => {
  it("are taken by the names of Debezium's sink and of Confluent's", () => {
    const debezium = sinkConfig.read({
      ...URL,
      'connection.username': 'me',
      'insert.mode': 'UPSERT',
      'primary.key.mode': 'record_key',
      'primary.key.fields': 'id',
      'collection.name.format': 'x_${topic}',
      'schema.evolution': 'basic',
      'use.reduction.buffer': 'true',
    });
    const confluent = sinkConfig.read({
      ...URL,
      'connection.user': 'me',
      'insert.mode': 'upsert',
      'pk.mode': 'record_key',
      'pk.fields': 'id',
      'table.name.format': 'x_${topic}',
      'auto.create': 'true',
      'auto.evolve': 'true',
    });
    expect(debezium.issues).toEqual([]);
    expect(confluent.issues).toEqual([]);
    for (const { config } of [debezium, confluent]) {
      expect(config).toMatchObject({
        connectionUsername: 'me',
        insertMode: 'upsert',
        pkMode: 'record_key',
        pkFields: ['id'],
      });
      expect(config?.tableNameFormat.tableOf('t', undefined)).toEqual({ schema: undefined, table: 'x_t' });
      expect(config && isCreating(config) && isEvolving(config)).toBe(true);
    }
    expect(debezium.warnings.map(({ key }) => key)).toEqual(['use.reduction.buffer']);
  });

  it.each<[Record<string, string>, string]>([
    [{ 'insert.mode': 'upsert' }, 'pk.mode: insert.mode=upsert needs'],
    [{ 'delete.enabled': 'true' }, 'delete.enabled: delete.enabled=true needs'],
    [{ 'pk.mode': 'kafka', 'pk.fields': 'a' }, 'pk.fields: pk.mode=kafka takes'],
    [{ 'pk.fields': 'a' }, 'pk.fields: pk.fields has no effect'],
    [{ 'field.include.list': 'a', 'field.exclude.list': 'b' }, 'field.exclude.list: field.include.list and'],
    [{ 'table.name.format': '${nothing}' }, 'table.name.format: '],
    [{ 'offsets.table': 'a.b.c' }, 'offsets.table: '],
    [{ 'db.timezone': 'CET' }, 'db.timezone: db.timezone is refused'],
    [{ 'connection.url': 'mysql://x/y' }, 'connection.url: '],
  ])('are refused where they do not go together: %p', (properties, problem) => {
    expect(issues(properties)).toEqual([expect.stringContaining(problem)]);
  });
});
