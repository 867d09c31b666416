import type { AnyRecord, Predicate } from '@millrace/connect-api';

import { predicates } from './predicates.ts';

describe('predicates', () => {
  const record: AnyRecord = { topic: 'orders', value: { a: 1 }, headers: [{ key: 'trace', value: 'x' }] };

  it('matches the whole name of a topic', () => {
    expect(holds('TopicNameMatches', { pattern: 'ord.*' }, record)).toBe(true);
    expect(holds('TopicNameMatches', { pattern: 'ord' }, record)).toBe(false);
    expect(issuesOf('TopicNameMatches', { pattern: '(' })).toHaveLength(1);
  });

  it('finds a header by its name', () => {
    expect(holds('HasHeaderKey', { name: 'trace' }, record)).toBe(true);
    expect(holds('HasHeaderKey', { name: 'other' }, record)).toBe(false);
    expect(holds('HasHeaderKey', { name: 'trace' }, { topic: 'orders' })).toBe(false);
    expect(issuesOf('HasHeaderKey', { name: '' })).toHaveLength(1);
  });

  it('knows a tombstone by its absent value', () => {
    expect(holds('RecordIsTombstone', {}, record)).toBe(false);
    expect(holds('RecordIsTombstone', {}, { ...record, value: null })).toBe(true);
    expect(holds('RecordIsTombstone', {}, { topic: 'orders', key: 1 })).toBe(true);
  });
});

function holds(name: string, properties: Readonly<Record<string, string>>, record: AnyRecord): boolean {
  const predicate = named(name);
  return predicate.create(predicate.config.read(properties).config)(record);
}

function issuesOf(name: string, properties: Readonly<Record<string, string>>): readonly unknown[] {
  return named(name).config.read(properties).issues;
}

function named(name: string): Predicate {
  const predicate = predicates.find(
    (each) => each.aliases?.[0] === `org.apache.kafka.connect.transforms.predicates.${name}`,
  );
  if (predicate === undefined) throw new Error(`no predicate ${name}`);
  return predicate;
}
