import { FakeServer, frameOf, ManualTimers, settled } from '../../test/fake-server.ts';
import { FrameType } from './wire-connection.ts';

const MINUTE_MS = 60_000;
const row = (bytes: number): Buffer => frameOf(FrameType.copyData, Buffer.alloc(bytes));

describe('WireConnection', () => {
  it('gives up a server that does not answer a question within a minute', async () => {
    const timers = new ManualTimers();
    const { connection } = new FakeServer(timers);
    const lost: Error[] = [];
    connection.onLost = (reason) => lost.push(reason);
    const answer = connection.query('list tables', 'SELECT 1').catch((error: unknown) => error);
    await timers.advance(MINUTE_MS - 1);
    expect(connection.isOpen).toBe(true);
    await timers.advance(1);

    expect(await answer).toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_CONNECTION',
      retriable: true,
      message: expect.stringMatching(/^cannot list tables: the server has said nothing for 60000 ms: /),
    });
    expect(lost).toEqual([await answer]);
    expect(timers.pending).toBe(0);
  });

  it('waits as long as the caller allows, and names the setting when that is over', async () => {
    const timers = new ManualTimers();
    const patient = new FakeServer(timers);
    const endless = new FakeServer(timers);
    const read = patient.connection.frame('read rows', undefined, 10 * MINUTE_MS).catch((error: unknown) => error);
    const created = endless.connection.query('create', 'CREATE', undefined, Number.POSITIVE_INFINITY);
    await timers.advance(10 * MINUTE_MS - 1);
    expect(patient.connection.isOpen).toBe(true);
    await timers.advance(1);
    expect(String(await read)).toMatch(/nothing for 600000 ms, as long as database\.query\.timeout\.ms allows/);
    await timers.advance(1000 * MINUTE_MS);
    endless.answer([['made']]);

    expect(await created).toEqual([['made']]);
  });

  it('counts silence anew from every piece that comes', async () => {
    const timers = new ManualTimers();
    const server = new FakeServer(timers);
    const bytes = row(10);
    const read = server.connection.frame('read rows');
    for (const byte of bytes) {
      await timers.advance(MINUTE_MS - 1);
      server.send(Buffer.of(byte));
      await settled();
    }

    expect(await read).toBe(FrameType.copyData);
    expect(timers.pending).toBe(0);
  });

  it('does not take for silence that nobody asks for the next row', async () => {
    const timers = new ManualTimers();
    const server = new FakeServer(timers);
    server.send(Buffer.concat([row(10), row(10).subarray(0, 5)]));
    await settled();
    await server.connection.frame('read rows');
    expect(timers.pending).toBe(0);
    await timers.advance(1000 * MINUTE_MS);
    const next = server.connection.frame('read rows');
    await timers.advance(MINUTE_MS - 1);
    server.send(row(10).subarray(5));

    expect(await next).toBe(FrameType.copyData);
  });

  it('needs no timer for rows that are here', async () => {
    const timers = new ManualTimers();
    const server = new FakeServer(timers);
    server.send(Buffer.concat(Array.from({ length: 1000 }, () => row(20))));
    await settled();
    for (let count = 0; count < 1000; count += 1) await server.connection.frame('read rows');

    expect(timers.scheduled).toBe(0);
  });

  it('leaves no timer when a wait is aborted', async () => {
    const timers = new ManualTimers();
    const { connection } = new FakeServer(timers);
    const abort = new AbortController();
    const read = connection.frame('read rows', abort.signal);
    abort.abort(new Error('stopped'));

    await expect(read).rejects.toThrow('stopped');
    expect(timers.pending).toBe(0);
    expect(connection.isOpen).toBe(true);
  });
});
