/** The suite has to refuse what is wrong: each case here is a connector with one fault, and the name of a case that finds it. */
import { c, config, defineSink, defineSource, type InRecord, type OutRecord } from '@millrace/connect-api';

import { sinkAcceptance, sourceAcceptance, type AcceptanceCase, type SinkWorld, type SourceWorld } from '../index.ts';

const spec = config({
  name: c.string().doc('Of the list.'),
  token: c.secret().default('x').doc('Kept secret.'),
});

type SourceFault = 'none' | 'forgets' | 'skips' | 'shows' | 'lingers' | 'leaks' | 'fails' | 'swallows' | 'reorders';

const LISTS = new Map<string, (string | symbol)[]>();
const POISON = Symbol('poison');
const LEAKED: NodeJS.Timeout[] = [];

afterAll(() => LEAKED.forEach((timer) => clearInterval(timer)));

function listSource(fault: SourceFault) {
  return defineSource<
    { readonly name: string; readonly token: { reveal(): string } },
    { list: string },
    { next: number }
  >({
    name: 'ListSource',
    version: '1.0.0',
    config: spec,
    delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
    plan: async function* ({ name }) {
      yield [{ name }];
    },
    task: async (_task, { name, token }, context) => {
      if (fault === 'shows') context.log.info('connecting', { token: token.reveal() });
      if (fault === 'leaks') LEAKED.push(setInterval(() => undefined, 60_000));
      return {
        read: async function* (signal) {
          const partition = { list: name };
          let { next } = (fault === 'forgets' ? undefined : await context.offset(partition)) ?? { next: 0 };
          if (fault === 'skips' && next > 0) next++;
          while (!signal.aborted) {
            const items = (LISTS.get(name) ?? []).slice(next, next + 3);
            next += items.length;
            const records: OutRecord[] = [];
            for (const item of items) {
              if (typeof item === 'string') records.push({ topic: name, value: item });
              else if (fault !== 'swallows') await context.deadLetter(new Uint8Array(), new Error('poison'));
            }
            if (fault === 'reorders') records.reverse();
            if (items.length > 0) yield { records, partition, offset: { next } };
            else await new Promise((resolve) => setTimeout(resolve, 5));
          }
          if (fault === 'lingers') await new Promise((resolve) => setTimeout(resolve, 1_200));
          if (fault === 'fails') throw new Error('cannot end');
        },
        [Symbol.asyncDispose]: async () => {
          if (fault === 'fails') throw new Error('cannot close');
        },
      };
    },
  });
}

let listCount = 0;

async function openList(): Promise<SourceWorld> {
  const name = `list-${listCount++}`;
  const list: (string | symbol)[] = [];
  LISTS.set(name, list);
  return {
    config: { name, token: 'hush-hush' },
    write: async (count) => {
      const ids = Array.from({ length: count }, (_, index) => `${list.length + index}`);
      list.push(...ids);
      return ids;
    },
    idOf: ({ value }) => String(value),
    poison: async () => void list.push(POISON),
    [Symbol.asyncDispose]: async () => void LISTS.delete(name),
  };
}

type SinkFault =
  'none' | 'stumbles' | 'clings' | 'hurries' | 'repeats' | 'drops' | 'shows' | 'hides' | 'promises' | 'lingers';

const TARGETS = new Map<string, Map<string, string[]>>();

function mapSink(fault: SinkFault) {
  return defineSink<{ readonly name: string; readonly token: { reveal(): string } }>({
    name: 'MapSink',
    version: '1.0.0',
    config: spec,
    task: async (_task, { name, token }, context) => {
      if (fault === 'shows') context.log.info(`token ${token.reveal()}`);
      let held: InRecord[] = [];
      let places = new Map<string, { topic: string; partition: number; offset: number }>();
      let flushes = 0;
      const store = (): void => {
        const target = TARGETS.get(name) ?? new Map<string, string[]>();
        for (const { key, value } of held) {
          const before = fault === 'repeats' ? (target.get(String(key)) ?? []) : [];
          if (value === null) target.delete(String(key));
          else target.set(String(key), [...before, value as string]);
        }
        held = [];
        TARGETS.set(name, target);
      };
      return {
        write: async (records) => {
          for (const record of records) {
            places.set(`${record.topic}/${record.partition}`, { ...record.origin, offset: record.offset + 1 });
            if (typeof record.value !== 'object' || record.value === null) held.push(record);
            else if (fault !== 'hides') await context.report(record, new Error('no text'));
          }
          if (fault === 'drops') held = held.filter(({ offset }) => offset !== 3);
        },
        flush: async (reason) => {
          if (fault === 'stumbles' && reason !== 'stop' && flushes++ % 2 === 0)
            throw Object.assign(new Error('not now'), { retriable: true });
          // Says that everything is done and brings it home at the end only.
          if (fault !== 'hurries' || reason === 'stop') store();
          const done = [...places.values()];
          places = new Map();
          return fault === 'promises' ? done.map((place) => ({ ...place, offset: place.offset + 1 })) : done;
        },
        revoked: async () => {
          if (fault === 'clings') return;
          held = [];
          places = new Map();
        },
        [Symbol.asyncDispose]: async () => {
          if (fault === 'lingers') await new Promise((resolve) => setTimeout(resolve, 1_200));
        },
      };
    },
  });
}

async function openMap(): Promise<SinkWorld> {
  const name = `map-${listCount++}`;
  TARGETS.set(name, new Map());
  return {
    config: { name, token: 'hush-hush' },
    record: (n) => ({ id: `v${n}`, record: { topic: 't', key: `k${n}`, value: `v${n}` } }),
    stored: async () => [...(TARGETS.get(name)?.values() ?? [])].flat(),
    poison: () => ({ topic: 't', key: 'poison', value: { not: 'text' } }),
    tombstone: (n) => ({ topic: 't', key: `k${n}`, value: null }),
    [Symbol.asyncDispose]: async () => void TARGETS.delete(name),
  };
}

function caseOf(cases: readonly AcceptanceCase[], name: string): AcceptanceCase {
  const found = cases.find((candidate) => candidate.name.startsWith(name));
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

const ofList = { open: openList, without: ['brokenConfigs', 'interrupt'] } as const;
const ofMap = { open: openMap, without: ['brokenConfigs', 'interrupt'] } as const;
const soundSource = sourceAcceptance({ plugin: listSource('none'), ...ofList });
const soundSink = sinkAcceptance({ plugin: mapSink('none'), ...ofMap });
const stumblingSink = sinkAcceptance({ plugin: mapSink('stumbles'), ...ofMap });

describe('a source without fault', () => {
  it.each(soundSource.map(({ name, run }) => [name, run]))('%s', async (_name, run) => run());
});

describe('a sink without fault', () => {
  it.each(soundSink.map(({ name, run }) => [name, run]))('%s', async (_name, run) => run());
});

describe('a sink whose every other flush fails for now', () => {
  it.each(stumblingSink.map(({ name, run }) => [name, run]))('%s', async (_name, run) => run());
});

describe('what a world does not offer', () => {
  it.each([
    ['finds out that settings cannot work', 'brokenConfigs'],
    ['reports a record that its target cannot take', 'poison'],
    ['fails at such a record', 'poison'],
    ['deletes what a tombstone names', 'tombstone'],
    ['recovers when its target breaks away', 'interrupt'],
  ])('fails the case "%s" of a sink', async (name, what) => {
    const open = async (): Promise<SinkWorld> => {
      const { poison: _poison, tombstone: _tombstone, ...world } = await openMap();
      return world;
    };
    const cases = sinkAcceptance({ plugin: mapSink('none'), open });

    await expect(caseOf(cases, name).run()).rejects.toThrow(`the world has no ${what}`);
  });

  it.each([
    ['finds out that settings cannot work', 'brokenConfigs'],
    ['reports what cannot become a record', 'poison'],
    ['fails when it cannot make a record', 'poison'],
    ['recovers when what it reads from breaks away', 'interrupt'],
  ])('fails the case "%s" of a source', async (name, what) => {
    const open = async (): Promise<SourceWorld> => {
      const { poison: _poison, ...world } = await openList();
      return world;
    };
    const cases = sourceAcceptance({ plugin: listSource('none'), open });

    await expect(caseOf(cases, name).run()).rejects.toThrow(`the world has no ${what}`);
  });

  it('is left out when the driver says so', () => {
    const names = soundSink.map(({ name }) => name);

    expect(names).toContain('deletes what a tombstone names');
    expect(names).not.toContain('recovers when its target breaks away');
  });
});

describe('a source that', () => {
  it.each<[SourceFault, string, RegExp]>([
    ['forgets', 'loses nothing when it is killed at "stored" of batch 1', /came more than once/],
    ['skips', 'loses nothing when it is killed at "stored" of batch 1', /are missing|not reached/],
    ['shows', 'keeps secrets in logs and errors', /a secret is shown in logs/],
    ['lingers', 'ends within a second when there is nothing to read', /ms to end/],
    ['leaks', 'leaves nothing open', /runs leave open: Timeout/],
    ['fails', 'ends within a second when there is nothing to read', /cannot close/],
    ['swallows', 'reports what cannot become a record', /not reached/],
    ['swallows', 'fails when it cannot make a record', /neither failed nor went on/],
    ['reorders', 'reads what is there and what comes later', /came after what was written later/],
  ])('%s is refused', async (fault, name, message) => {
    const cases = sourceAcceptance({ plugin: listSource(fault), ...ofList, waitMs: 500 });
    await expect(caseOf(cases, name).run()).rejects.toThrow(message);
  });
});

describe('a sink that', () => {
  it.each<[SinkFault, string, RegExp]>([
    ['hurries', 'loses nothing when it is killed at "committed" of batch 1', /are missing/],
    ['repeats', 'takes records again', /came more than once/],
    ['drops', 'writes every record once, of all partitions', /are missing/],
    ['shows', 'keeps secrets in logs', /a secret is shown in logs/],
    ['hides', 'reports a record that its target cannot take', /0 dead letters/],
    ['promises', 'writes every record once, of all partitions', /and the sink was given less/],
    ['lingers', 'ends within a second', /ms to end/],
    ['clings', 'loses nothing when partitions are lost', /and the sink was given less/],
    ['hurries', 'writes every record once while partitions go', /are missing/],
  ])('%s is refused', async (fault, name, message) => {
    const cases = sinkAcceptance({ plugin: mapSink(fault), ...ofMap });
    await expect(caseOf(cases, name).run()).rejects.toThrow(message);
  });
});
