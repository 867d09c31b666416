import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '../temp-dir.ts';
import { checkHistoryFiles } from './history-checker.ts';
import type { SaidEvent } from './history-event.ts';
import { readHistory } from './history-reader.ts';
import { HistoryRecorder } from './history-recorder.ts';

async function eventsOf(...paths: string[]): Promise<string[]> {
  const seen: string[] = [];
  for await (const { event, line } of readHistory(paths)) seen.push(`${line} ${event.at} ${event.by} ${event.type}`);
  return seen;
}

const note: SaidEvent = { type: 'note', text: 'here' };

describe('history files', () => {
  it('are read as one, in the order of time', async () => {
    await using dir = await createTempDir('history');
    const paths = ['one', 'two'].map((name) => join(dir.path, `${name}.jsonl`));
    for (const [index, path] of paths.entries()) {
      let at = index;
      using recorder = new HistoryRecorder({ path, by: `p${index}`, now: () => (at += 2) });
      recorder.record(note);
      recorder.record(note);
    }

    expect(await eventsOf(...paths)).toEqual([
      'one.jsonl:1 2 p0 note',
      'two.jsonl:1 3 p1 note',
      'one.jsonl:2 4 p0 note',
      'two.jsonl:2 5 p1 note',
    ]);
  });

  it('go on behind the line that a killed process left unfinished', async () => {
    await using dir = await createTempDir('history');
    const path = join(dir.path, 'h.jsonl');
    using first = new HistoryRecorder({ path, by: 'first', now: () => 1 });
    first.record(note);
    appendFileSync(path, '{"at":2,"by":"fir');
    using second = new HistoryRecorder({ path, by: 'second', now: () => 3 });
    second.record(note);

    expect(await eventsOf(path)).toEqual(['h.jsonl:1 1 first note', 'h.jsonl:3 3 second note']);
  });

  it('are refused when a line is damaged in the middle of what a process wrote', async () => {
    await using dir = await createTempDir('history');
    const path = join(dir.path, 'h.jsonl');
    const line = '{"at":1,"by":"p","type":"note","text":"x"}\n';
    writeFileSync(path, `${line}{"at":1,\n${line}`);

    await expect(eventsOf(path)).rejects.toThrow('h.jsonl:2 is damaged');
  });

  it.each([
    ['{"at":1,"by":"p","type":"sent"}', 'unknown type sent'],
    ['{"at":1,"by":"p","type":"end","outcome":"commit"}', 'end without transaction'],
    ['{"by":"p","type":"note","text":""}', 'note without at'],
    ['7', 'not an object'],
  ])('are refused when an event is not one: %s', async (text, message) => {
    await using dir = await createTempDir('history');
    const path = join(dir.path, 'h.jsonl');
    const line = '{"at":1,"by":"p","type":"note","text":"x"}\n';
    writeFileSync(path, `${line}${text}\n${line}`);

    await expect(eventsOf(path)).rejects.toThrow(message);
  });

  it('are judged alike in memory and in buckets on disk', async () => {
    await using dir = await createTempDir('history');
    const path = join(dir.path, 'h.jsonl');
    using recorder = new HistoryRecorder({ path, by: 'p' });
    for (let number = 0; number < 2_000; number += 1) {
      const transaction = `t${number}`;
      const records = [`s:${number}`];
      recorder.record({ type: 'send', transaction, topic: 'out', partition: 0, records });
      recorder.record({ type: 'send', transaction, topic: 'out', partition: 1, records: [`u:${number}`] });
      recorder.record({ type: 'end', transaction, outcome: number % 5 === 0 ? 'abort' : 'commit' });
    }
    // 3 is torn, 10 was aborted, 20 comes twice.
    const there = [...Array(2_000).keys()].filter((number) => number % 5 !== 0 || number === 10);
    for (const [partition, stream] of ['s', 'u'].entries()) {
      const numbers = there.filter((number) => number !== 3 || partition === 0);
      const records = numbers.map((number) => [number * 2, `${stream}:${number}`, `t${number}`] as const);
      const place = { consumer: 'view', topic: 'out', partition } as const;
      recorder.record({ type: 'poll', isolation: 'read_committed', ...place, records });
      recorder.record({
        type: 'poll',
        isolation: 'read_committed',
        ...place,
        records: [[4_000, `${stream}:21`, 't21']],
      });
      recorder.record({ type: 'complete', ...place, endOffset: 5_000 });
    }

    const inMemory = await checkHistoryFiles([path]);
    const onDisk = await checkHistoryFiles([path], { bucketBytes: 20_000 });

    expect(inMemory.counts).toMatchObject({ torn: 1, 'aborted-read': 2, duplicated: 2, reordered: 2, lost: 0 });
    expect({ ...onDisk, anomalies: [] }).toEqual({ ...inMemory, anomalies: [] });
    expect(onDisk.anomalies.map((one) => one.detail).toSorted()).toEqual(
      inMemory.anomalies.map((one) => one.detail).toSorted(),
    );
  });
});
