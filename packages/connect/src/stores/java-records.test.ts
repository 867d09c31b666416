/** Records that Apache Kafka's workers wrote (test/java-worker/record.ts): ours read all of them, and write the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeConfigRecord, encodeConfigRecord, type ConfigRecord } from './config-records.ts';
import { ConfigState } from './config-state.ts';
import { decodeOffset, decodeOffsetKey, encodeOffset, encodeOffsetKey } from './offset-records.ts';
import {
  decodeStatus,
  decodeStatusKey,
  decodeTopicUse,
  encodeStatus,
  encodeStatusKey,
  encodeTopicUse,
} from './status-records.ts';

interface Recorded {
  readonly topic: string;
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

const RECORDS = readFileSync(join(__dirname, '../../test/java-worker/topics.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

function recorded(topic: string): Recorded[] {
  return RECORDS.filter((record) => record.topic === topic);
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text);
}

function decoded({ key, value }: Recorded): ConfigRecord {
  const record = decodeConfigRecord(bytes(key), bytes(value));
  if (record === undefined) throw new Error(`${key} was not understood`);
  return record;
}

describe('records of the config topic of Kafka Connect', () => {
  it.each(recorded('connect-configs'))('$key at $offset is read, and written the same', (record) => {
    expect(encodeConfigRecord(decoded(record))).toEqual({ key: record.key, value: record.value });
  });

  it('are of every kind', () => {
    const kinds = new Set(recorded('connect-configs').map((record) => decoded(record).kind));
    expect([...kinds].sort()).toEqual(
      ['commit', 'connector', 'logger', 'restart', 'session-key', 'target-state', 'task', 'tasks-fencing'].sort(),
    );
  });

  it('add up to connectors, their tasks and states', () => {
    const state = new ConfigState();
    const seen: unknown[] = [];
    for (const record of recorded('connect-configs')) {
      state.take(decoded(record), record.offset);
      const [source, sink] = ['file-source', 'file-sink'].map((name) => state.connector(name));
      seen.push([
        record.offset,
        source && [source.targetState, source.tasks.length, source.isFencingPending, source.fencedTaskCount],
        sink && [sink.targetState, sink.tasks.length],
      ]);
    }

    expect(seen).toEqual(
      expect.arrayContaining([
        [2, ['STARTED', 0, false, undefined], undefined],
        [4, ['STARTED', 0, false, undefined], undefined],
        [6, ['STARTED', 1, true, undefined], undefined],
        [8, ['STARTED', 1, false, 1], undefined],
        [11, ['STARTED', 1, false, 1], ['PAUSED', 0]],
        [17, ['STARTED', 1, false, 1], ['STARTED', 2]],
        [22, ['STOPPED', 0, true, 1], ['STARTED', 2]],
        [23, ['STOPPED', 0, false, 0], ['STARTED', 2]],
        [35, ['STARTED', 1, false, 1], undefined],
        [44, undefined, undefined],
      ]),
    );
    expect(state.sessionKey?.algorithm).toBe('HmacSHA256');
    expect(state.offset).toBe(45n);
  });
});

describe('records of the offset topic of Kafka Connect', () => {
  it.each(recorded('connect-offsets'))('$key at $offset is read, and written the same', ({ key, value }) => {
    const decodedKey = decodeOffsetKey(bytes(key));
    const offset = decodeOffset(bytes(value));

    expect(decodedKey?.connector).toBe('file-source');
    expect(encodeOffsetKey(decodedKey ?? { connector: '', partition: {} })).toBe(key);
    expect(encodeOffset(offset ?? null)).toBe(value);
  });

  it('keep longs that no number of JavaScript holds', () => {
    const text = '{"lsn":9223372036854775807,"snapshot":false,"txId":null,"ratio":0.5}';

    const offset = decodeOffset(Buffer.from(text));

    expect(offset?.['lsn']).toBe(9223372036854775807n);
    expect(encodeOffset(offset ?? null)).toBe(text);
  });
});

describe('records of the status topic of Kafka Connect', () => {
  it.each(recorded('connect-status'))('$key at $offset is read, and written the same', ({ key, value }) => {
    const decodedKey = decodeStatusKey(bytes(key));
    if (decodedKey === undefined) throw new Error('not understood');

    expect(encodeStatusKey(decodedKey)).toBe(key);
    if (value === null) return;
    if (decodedKey.kind === 'topic') {
      const use = decodeTopicUse(Buffer.from(value));
      expect(use === undefined ? undefined : encodeTopicUse(use)).toBe(value);
    } else {
      const status = decodeStatus(Buffer.from(value));
      expect(status === undefined ? undefined : encodeStatus(status)).toBe(value);
    }
  });
});
