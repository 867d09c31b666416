/**
 * Renders changes as records: Debezium's envelope (or the row itself) as JSON that the JSON converter passes on untouched.
 *
 * Not here: which changes there are (./change-stream.ts, ./snapshot.ts), how a row is written (./table-layout.ts).
 */
import { prepared, type OutRecord, type PreparedValue, type RecordHeader, type Schema } from '@millrace/connect-api';
import type { Lsn } from '../replication/lsn.ts';
import type { EmittedMessage, RowChange } from '../replication/pgoutput.ts';
import type { Tuple } from '../replication/tuple.ts';
import { heartbeatKeySchema, heartbeatValueSchema, messageKeySchema, messageValueSchema } from './envelope-schema.ts';
import { JsonBytes } from './json-bytes.ts';
import { valueOfJson } from './json-value.ts';
import { topicName, type TableLayout } from './table-layout.ts';

const NULL = Buffer.from('null');
const BEFORE = Buffer.from('{"before":');
const AFTER = Buffer.from(',"after":');
const SOURCE_END = Buffer.from(',"xmin":null}');

export type Operation = 'c' | 'u' | 'd' | 'r' | 't';

export interface RecordOptions {
  readonly version: string;
  readonly topicPrefix: string;
  readonly database: string;
  readonly isFlat: boolean;
  /** A record without a value after each delete, so that compaction forgets the key. */
  readonly hasTombstones: boolean;
}

/** What records say of where they come from. */
export interface Origin {
  readonly snapshot: 'first' | 'true' | 'false';
  readonly transaction: number | undefined;
  readonly committedAtMicros: number;
  /** End of the transaction before. */
  readonly previousLsn: Lsn | undefined;
}

interface SourceBlock {
  readonly origin: Origin;
  /** Up to the first LSN, and from there to the second. */
  readonly head: Buffer;
  readonly middle: Buffer;
}

export class ChangeRecords {
  readonly #options: RecordOptions;
  readonly #out = new JsonBytes();
  readonly #blocks = new Map<TableLayout, SourceBlock>();
  readonly #ends = new Map<Operation, Buffer>();
  #nowMs = -1;
  #origin: Origin = { snapshot: 'false', transaction: undefined, committedAtMicros: 0, previousLsn: undefined };

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** Of what is rendered from now on. */
  begin(origin: Origin): void {
    this.#origin = origin;
  }

  /** The time that records carry as that of their processing. */
  at(nowMs: number): void {
    if (nowMs === this.#nowMs) return;
    this.#nowMs = nowMs;
    this.#ends.clear();
  }

  /** Of a layout that is no longer used. */
  forget(layout: TableLayout): void {
    this.#blocks.delete(layout);
  }

  /** An inserted row, or one that a snapshot reads. Returns the bytes. */
  row(
    layout: TableLayout,
    operation: 'c' | 'r',
    row: Tuple,
    lsn: Lsn,
    into: OutRecord[],
    headers?: RecordHeader[],
  ): number {
    const key = this.#key(layout, row, undefined);
    const value = this.#value(layout, operation, undefined, row, lsn, 'none');
    return push(into, layout, key, value, headers);
  }

  update(layout: TableLayout, change: RowChange, lsn: Lsn, into: OutRecord[]): number {
    const { before, after, old } = change;
    const known = old === 'none' ? undefined : before;
    const key = this.#key(layout, after, known);
    const oldKey = known === undefined ? undefined : this.#key(layout, known, undefined);
    if (key === undefined || oldKey === undefined || sameBytes(key, oldKey)) {
      const value = this.#value(layout, 'u', known, after, lsn, old);
      return push(into, layout, key, value);
    }
    // To a topic, a row with another key is another row.
    const size = this.#deleted(layout, change, lsn, into, oldKey, [headerOf('__debezium.newkey', layout, key)]);
    const value = this.#value(layout, 'c', undefined, after, lsn, 'none', known);
    return size + push(into, layout, key, value, [headerOf('__debezium.oldkey', layout, oldKey)]);
  }

  delete(layout: TableLayout, change: RowChange, lsn: Lsn, into: OutRecord[]): number {
    return this.#deleted(layout, change, lsn, into, this.#key(layout, change.before, undefined));
  }

  truncate(layout: TableLayout, lsn: Lsn, into: OutRecord[]): number {
    if (this.#options.isFlat) return 0;
    return push(into, layout, undefined, this.#value(layout, 't', undefined, undefined, lsn, 'none'));
  }

  message(message: EmittedMessage, into: OutRecord[]): number {
    const { topicPrefix, version, database } = this.#options;
    const { committedAtMicros: micros, transaction, previousLsn } = this.#origin;
    const sequence = JSON.stringify([previousLsn === undefined ? null : String(previousLsn), String(message.lsn)]);
    const millis = Math.floor(micros / 1000);
    const value = {
      op: 'm',
      ts_ms: this.#nowMs,
      ts_us: this.#nowMs * 1000,
      ts_ns: 0,
      source: {
        ...{ version, connector: 'postgresql', name: topicPrefix, ts_ms: millis, snapshot: 'false', db: database },
        ...{ sequence, ts_us: micros, ts_ns: 0, schema: '', table: '', txId: transaction ?? null },
        ...{ lsn: message.lsn, xmin: null },
      },
      message: { prefix: message.prefix, content: message.content.toString('base64') },
    };
    // Nanoseconds are beyond what a number holds exactly.
    const text = JSON.stringify(value)
      .replace('"ts_ns":0', `"ts_ns":${this.#nowMs}000000`)
      .replace('"ts_ns":0', `"ts_ns":${micros}000`);
    const record = {
      topic: topicName(topicPrefix, 'message'),
      key: json(messageKeySchema, Buffer.from(JSON.stringify({ prefix: message.prefix }))),
      keySchema: messageKeySchema,
      value: json(messageValueSchema, Buffer.from(text)),
      valueSchema: messageValueSchema,
    };
    into.push(record);
    return text.length;
  }

  heartbeat(topic: string): OutRecord {
    const key = Buffer.from(JSON.stringify({ serverName: this.#options.topicPrefix }));
    const value = Buffer.from(JSON.stringify({ ts_ms: this.#nowMs }));
    return {
      topic,
      key: json(heartbeatKeySchema, key),
      keySchema: heartbeatKeySchema,
      value: json(heartbeatValueSchema, value),
      valueSchema: heartbeatValueSchema,
    };
  }

  #deleted(
    layout: TableLayout,
    { before, old }: RowChange,
    lsn: Lsn,
    into: OutRecord[],
    key: Buffer | undefined,
    headers?: RecordHeader[],
  ): number {
    const { isFlat, hasTombstones } = this.#options;
    let size = 0;
    if (!isFlat) size += push(into, layout, key, this.#value(layout, 'd', before, undefined, lsn, old), headers);
    if (key !== undefined && (hasTombstones || isFlat)) size += push(into, layout, key, null, headers);
    return size;
  }

  #key(layout: TableLayout, row: Tuple, old: Tuple | undefined): Buffer | undefined {
    if (layout.keySchema === undefined) return undefined;
    return this.#render(layout, () => layout.writeKey(this.#out, row, old));
  }

  #value(
    layout: TableLayout,
    operation: Operation,
    before: Tuple | undefined,
    after: Tuple | undefined,
    lsn: Lsn,
    old: RowChange['old'],
    unchanged: Tuple | undefined = before,
  ): Buffer {
    return this.#render(layout, () => this.#write(layout, operation, before, after, lsn, old, unchanged));
  }

  #write(
    layout: TableLayout,
    operation: Operation,
    before: Tuple | undefined,
    after: Tuple | undefined,
    lsn: Lsn,
    old: RowChange['old'],
    unchanged: Tuple | undefined,
  ): void {
    const out = this.#out;
    if (this.#options.isFlat) {
      if (after !== undefined) layout.writeRow(out, after, unchanged, false);
      return;
    }
    out.raw(BEFORE);
    if (before === undefined) out.raw(NULL);
    else layout.writeRow(out, before, undefined, old === 'key');
    out.raw(AFTER);
    if (after === undefined) out.raw(NULL);
    else layout.writeRow(out, after, unchanged, false);
    const block = this.#block(layout);
    out.raw(block.head);
    out.integer(lsn);
    out.raw(block.middle);
    out.integer(lsn);
    out.raw(SOURCE_END);
    out.raw(this.#end(operation));
  }

  #render(layout: TableLayout, write: () => void): Buffer {
    try {
      write();
    } catch (error) {
      this.#out.cut(0);
      throw layout.explain(error);
    }
    return this.#out.take();
  }

  #end(operation: Operation): Buffer {
    const known = this.#ends.get(operation);
    if (known !== undefined) return known;
    const now = this.#nowMs;
    const end = Buffer.from(
      `,"transaction":null,"op":"${operation}","ts_ms":${now},"ts_us":${now}000,"ts_ns":${now}000000}`,
    );
    this.#ends.set(operation, end);
    return end;
  }

  /** The same for all changes of a table in a transaction. */
  #block(layout: TableLayout): SourceBlock {
    const known = this.#blocks.get(layout);
    const origin = this.#origin;
    if (known?.origin === origin) return known;
    const { version, topicPrefix, database } = this.#options;
    const { snapshot, transaction, committedAtMicros: micros, previousLsn } = origin;
    const previous = previousLsn === undefined ? 'null' : `\\"${previousLsn}\\"`;
    const head =
      `,"source":{"version":${JSON.stringify(version)},"connector":"postgresql","name":${JSON.stringify(topicPrefix)},` +
      `"ts_ms":${Math.floor(micros / 1000)},"snapshot":"${snapshot}","db":${JSON.stringify(database)},"sequence":"[${previous},\\"`;
    const middle =
      `\\"]","ts_us":${micros},"ts_ns":${micros}000,"schema":${JSON.stringify(layout.schema)},` +
      `"table":${JSON.stringify(layout.table)},"txId":${transaction ?? 'null'},"lsn":`;
    const block = { origin, head: Buffer.from(head), middle: Buffer.from(middle) };
    this.#blocks.set(layout, block);
    return block;
  }
}

function push(
  into: OutRecord[],
  layout: TableLayout,
  key: Buffer | undefined,
  value: Buffer | null,
  headers?: RecordHeader[],
): number {
  const { keySchema, valueSchema, topic } = layout;
  into.push({
    topic,
    ...(key === undefined || keySchema === undefined ? {} : { key: json(keySchema, key), keySchema }),
    ...(value === null ? { value: null } : { value: json(valueSchema, value), valueSchema }),
    ...(headers === undefined ? {} : { headers }),
  });
  return (key?.length ?? 0) + (value?.length ?? 0);
}

function json(schema: Schema, bytes: Buffer): PreparedValue {
  return prepared(bytes, () => valueOfJson(schema, bytes));
}

function headerOf(key: string, layout: TableLayout, bytes: Buffer): RecordHeader {
  const { keySchema } = layout;
  return keySchema === undefined
    ? { key, value: null }
    : { key, value: valueOfJson(keySchema, bytes), schema: keySchema };
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && a.equals(b);
}
