/**
 * What a history is made of: one JSON object per line, written by any client in any language and any number of processes.
 *
 * A record is named by its stream and its place in it, `stream:sequence` (`in-3:17`); a producer sends the records of a
 * stream to one partition in rising order. A name is used for one thing only: sent again after an abort, a record keeps
 * its name. A transaction has a name of its own that nothing else in the history has; a reader learns from the record
 * itself which transaction wrote it, and from the metadata of a group's offset which transaction committed it.
 *
 * What is about to be asked of the broker is written before the request leaves, so that a process that dies in between is
 * known to have tried; what was answered is written afterwards.
 */

interface Stamp {
  /** Wall clock of the machine in milliseconds: all processes of a history run on one machine. */
  readonly at: number;
  /** The process, or what acts on its own within it. */
  readonly by: string;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Records are about to be sent. */
export interface SendEvent extends Stamp, Place {
  readonly type: 'send';
  /** Absent: outside transactions. */
  readonly transaction?: string;
  readonly records: readonly string[];
}

/** Records outside transactions were acknowledged. */
export interface AcknowledgedEvent extends Stamp, Place {
  readonly type: 'acknowledged';
  readonly records: readonly string[];
}

/** The next offset that a group is to read is about to be put into a transaction. */
export interface OffsetEvent extends Stamp, Place {
  readonly type: 'offset';
  readonly transaction: string;
  readonly group: string;
  readonly offset: number;
}

/** The end of a transaction is about to be asked for. */
export interface EndEvent extends Stamp {
  readonly type: 'end';
  readonly transaction: string;
  readonly outcome: 'commit' | 'abort';
}

/** What became of it; `unknown` (or no such event) when the answer never came: it may be either. */
export interface EndedEvent extends Stamp {
  readonly type: 'ended';
  readonly transaction: string;
  readonly result: 'committed' | 'aborted' | 'unknown';
}

/** A consumer's position was set (assignment, seek): its next poll may be of any offset. */
export interface PositionEvent extends Stamp, Place {
  readonly type: 'position';
  readonly consumer: string;
}

/** `[offset, record, transaction]`, the transaction only where the record has one. */
export type PolledRecord = readonly [offset: number, record: string, transaction?: string];

/** A consumer was given records. */
export interface PollEvent extends Stamp, Place {
  readonly type: 'poll';
  readonly consumer: string;
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly records: readonly PolledRecord[];
}

/**
 * With read_committed this consumer has polled everything below `endOffset`, after all transactions had ended: what it was
 * not given is not there.
 */
export interface CompleteEvent extends Stamp, Place {
  readonly type: 'complete';
  readonly consumer: string;
  readonly endOffset: number;
}

/** A group's committed offset was looked up. */
export interface GroupOffsetEvent extends Stamp, Place {
  readonly type: 'group-offset';
  readonly group: string;
  /** −1: none. */
  readonly offset: number;
  readonly transaction?: string;
  /** When it was asked for; `at` is when the answer was there. */
  readonly since: number;
  /** Looked up after all transactions had ended: this is what is left. */
  readonly isFinal?: boolean;
}

/** For people: a kill, a start, a fault. */
export interface NoteEvent extends Stamp {
  readonly type: 'note';
  readonly text: string;
}

export type HistoryEvent =
  | SendEvent
  | AcknowledgedEvent
  | OffsetEvent
  | EndEvent
  | EndedEvent
  | PositionEvent
  | PollEvent
  | CompleteEvent
  | GroupOffsetEvent
  | NoteEvent;

type WithoutStamp<Event> = Event extends HistoryEvent ? Omit<Event, keyof Stamp> : never;

/** An event as its author says it; the recorder adds when and by whom. */
export type SaidEvent = WithoutStamp<HistoryEvent>;

/** An event and where it is written: `file:line`. */
export interface RecordedEvent {
  readonly event: HistoryEvent;
  readonly line: string;
}

type Kind = 'string' | 'number' | 'array';

/** What has to be there, by type; what may be absent is not checked. */
const FIELDS: Readonly<Record<HistoryEvent['type'], Readonly<Record<string, Kind>>>> = {
  send: { topic: 'string', partition: 'number', records: 'array' },
  acknowledged: { topic: 'string', partition: 'number', records: 'array' },
  offset: { topic: 'string', partition: 'number', transaction: 'string', group: 'string', offset: 'number' },
  end: { transaction: 'string', outcome: 'string' },
  ended: { transaction: 'string', result: 'string' },
  position: { topic: 'string', partition: 'number', consumer: 'string' },
  poll: { topic: 'string', partition: 'number', consumer: 'string', isolation: 'string', records: 'array' },
  complete: { topic: 'string', partition: 'number', consumer: 'string', endOffset: 'number' },
  'group-offset': { topic: 'string', partition: 'number', group: 'string', offset: 'number', since: 'number' },
  note: { text: 'string' },
};

/** Reads a line; throws what is wrong with it. */
export function parseHistoryEvent(text: string): HistoryEvent {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  const fields = value as Readonly<Record<string, unknown>>;
  const type = fields['type'];
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) throw new Error(`unknown type ${String(type)}`);
  const wanted: Readonly<Record<string, Kind>> = {
    at: 'number',
    by: 'string',
    ...FIELDS[type as HistoryEvent['type']],
  };
  for (const [name, kind] of Object.entries(wanted)) {
    const field = fields[name];
    if (kind === 'array' ? !Array.isArray(field) : typeof field !== kind) throw new Error(`${type} without ${name}`);
  }
  return value as HistoryEvent;
}

/** The stream of a record's name and its place in it. */
export function splitRecordName(record: string): { readonly stream: string; readonly sequence: number } {
  const colon = record.lastIndexOf(':');
  return { stream: record.slice(0, colon), sequence: Number(record.slice(colon + 1)) };
}
