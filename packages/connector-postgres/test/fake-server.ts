/** For unit tests: a server behind a socket that is none, and timers that run when a test says so. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Timer, Timers } from '@millrace/base';
import { FrameType, WireConnection } from '../src/replication/wire-connection.ts';

export class ManualTimers implements Timers {
  /** How many were ever asked for. */
  scheduled = 0;
  #nowMs = 0;
  #pending: { readonly dueMs: number; readonly callback: () => void }[] = [];

  get pending(): number {
    return this.#pending.length;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.scheduled += 1;
    this.#pending.push(entry);
    return { cancel: () => (this.#pending = this.#pending.filter((other) => other !== entry)) };
  }

  /** Runs what falls due, and lets everything happen that follows from it. */
  async advance(byMs: number): Promise<void> {
    this.#nowMs += byMs;
    const due = this.#pending.filter(({ dueMs }) => dueMs <= this.#nowMs);
    this.#pending = this.#pending.filter((entry) => !due.includes(entry));
    for (const { callback } of due) callback();
    await settled();
  }
}

type Row = readonly (string | null)[];

export class FakeServer {
  readonly connection: WireConnection;
  readonly asked: string[] = [];
  readonly #socket: Duplex;

  /** @param answer the rows of an answer; undefined: silence */
  constructor(timers: Timers, answer: (sql: string) => readonly Row[] | undefined = () => undefined) {
    this.#socket = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        done();
        const sql = bytes.toString('utf8', 5, bytes.length - 1);
        this.asked.push(sql);
        const rows = answer(sql);
        if (rows !== undefined) this.answer(rows);
      },
    });
    const socket = Object.assign(this.#socket, { setNoDelay: () => undefined }) as unknown as Socket;
    this.connection = new WireConnection(socket, timers);
  }

  send(bytes: Uint8Array): void {
    this.#socket.push(bytes);
  }

  answer(rows: readonly Row[]): void {
    this.send(Buffer.concat([...rows.map(rowFrame), frameOf(FrameType.readyForQuery, Buffer.from('I'))]));
  }
}

export function frameOf(type: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header[0] = type;
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** Lets bytes arrive and promises settle. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

function rowFrame(row: Row): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(row.length);
  const fields = row.map((value) => {
    const bytes = Buffer.from(value ?? '');
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return frameOf(FrameType.dataRow, Buffer.concat([count, ...fields]));
}
