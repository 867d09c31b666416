/**
 * Takes events apart into facts about one subject each: a transaction, a record name, a stretch of offsets.
 *
 * Everything that has to be known to judge a subject is in the facts of that subject, so that subjects can be judged one
 * after the other, in any order, with no more than one of them in memory.
 */
import type { EndedEvent, EndEvent, PollEvent, RecordedEvent } from './history-event.ts';

/** Offsets whose readers are compared with each other at once. */
const OFFSETS_PER_STRETCH = 256;

interface Where {
  readonly topic: string;
  readonly partition: number;
  readonly line: string;
}

export type TransactionFact =
  | ({ readonly fact: 'sent'; readonly records: readonly string[] } & Where)
  | ({ readonly fact: 'offset'; readonly group: string; readonly offset: number } & Where)
  | { readonly fact: 'end'; readonly outcome: EndEvent['outcome']; readonly at: number; readonly line: string }
  | { readonly fact: 'ended'; readonly result: EndedEvent['result']; readonly line: string }
  | ({
      readonly fact: 'read';
      readonly consumer: string;
      readonly at: number;
      readonly records: (readonly [offset: number, record: string])[];
    } & Where)
  | ({ readonly fact: 'offset-read'; readonly group: string; readonly offset: number; readonly at: number } & Where);

export type RecordFact =
  | ({ readonly fact: 'sent' | 'acknowledged' } & Where)
  | ({
      readonly fact: 'read';
      readonly consumer: string;
      readonly offset: number;
      readonly transaction?: string;
    } & Where);

export interface StretchFact extends Where {
  readonly fact: 'read';
  readonly consumer: string;
  readonly isolation: PollEvent['isolation'];
  readonly records: (readonly [offset: number, record: string])[];
}

export type SubjectFact =
  | { readonly about: 'transaction'; readonly name: string; readonly fact: TransactionFact }
  | { readonly about: 'record'; readonly name: string; readonly fact: RecordFact }
  | { readonly about: 'stretch'; readonly name: string; readonly fact: StretchFact };

/** What one event says, about each subject. */
export function* factsOf({ event, line }: RecordedEvent): Generator<SubjectFact> {
  switch (event.type) {
    case 'send':
    case 'acknowledged': {
      const { topic, partition, records } = event;
      const where = { topic, partition, line };
      if (event.type === 'send' && event.transaction !== undefined) {
        yield { about: 'transaction', name: event.transaction, fact: { fact: 'sent', ...where, records } };
        return;
      }
      const fact = event.type === 'send' ? 'sent' : 'acknowledged';
      for (const name of records) yield { about: 'record', name, fact: { fact, ...where } };
      return;
    }
    case 'offset': {
      const { transaction: name, topic, partition, group, offset } = event;
      yield { about: 'transaction', name, fact: { fact: 'offset', topic, partition, group, offset, line } };
      return;
    }
    case 'end':
      yield {
        about: 'transaction',
        name: event.transaction,
        fact: { fact: 'end', outcome: event.outcome, at: event.at, line },
      };
      return;
    case 'ended':
      yield { about: 'transaction', name: event.transaction, fact: { fact: 'ended', result: event.result, line } };
      return;
    case 'group-offset': {
      const { transaction: name, topic, partition, group, offset, at } = event;
      if (name === undefined) return;
      yield { about: 'transaction', name, fact: { fact: 'offset-read', topic, partition, group, offset, at, line } };
      return;
    }
    case 'poll':
      yield* factsOfPoll(event, line);
      return;
    case 'position':
    case 'complete':
    case 'note':
  }
}

function* factsOfPoll(event: PollEvent, line: string): Generator<SubjectFact> {
  const { topic, partition, consumer, isolation, at } = event;
  const where = { topic, partition, line, consumer };
  const stretches = new Map<number, (readonly [number, string])[]>();
  const transactions = new Map<string, (readonly [number, string])[]>();
  for (const [offset, record, transaction] of event.records) {
    push(stretches, Math.floor(offset / OFFSETS_PER_STRETCH), [offset, record]);
    if (isolation !== 'read_committed') continue;
    if (transaction !== undefined) push(transactions, transaction, [offset, record]);
    const of = transaction === undefined ? {} : { transaction };
    yield { about: 'record', name: record, fact: { fact: 'read', ...where, offset, ...of } };
  }
  for (const [name, records] of transactions) {
    yield { about: 'transaction', name, fact: { fact: 'read', ...where, at, records } };
  }
  for (const [stretch, records] of stretches) {
    const name = `${topic}/${partition}/${stretch}`;
    yield { about: 'stretch', name, fact: { fact: 'read', ...where, isolation, records } };
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
