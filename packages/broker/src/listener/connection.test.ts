import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { systemClock } from '@millrace/base';
import { PendingRequest, type RequestOwner } from '../dispatch/pending-request.ts';
import type { ApiHandler } from '../handlers/handler.ts';
import type { BrokerServices } from '../services.ts';
import { Connection, type RequestProcessor } from './connection.ts';
import { FrameMemory } from './frame-memory.ts';
import { MemoryBudget } from './memory-budget.ts';

/** A socket whose other side is the test. */
class FakeSocket extends Duplex {
  readonly remoteAddress = '10.0.0.1';
  written: Buffer[] = [];
  writes = 0;
  /** Set to make the client stop reading. */
  isStuck = false;
  #held: (() => void) | undefined;

  override _read(): void {
    // Input comes by `push`.
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#take([chunk], callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  release(): void {
    this.isStuck = false;
    this.#held?.();
    this.#held = undefined;
  }

  get text(): string {
    return Buffer.concat(this.written).toString('latin1');
  }

  #take(chunks: Buffer[], callback: () => void): void {
    this.writes++;
    this.written.push(...chunks);
    if (this.isStuck) this.#held = callback;
    else callback();
  }
}

const PRODUCE = { overlapMax: 3 } as ApiHandler<unknown, unknown>;
const FETCH = { overlapMax: 2 } as ApiHandler<unknown, unknown>;
const OTHER = {} as ApiHandler<unknown, unknown>;
const HANDLERS: Readonly<Record<string, ApiHandler<unknown, unknown>>> = { p: PRODUCE, f: FETCH, o: OTHER };

/** Frames are a letter for the API and a name; `x` is garbage. */
class FakeProcessor implements RequestProcessor {
  readonly started: string[] = [];
  readonly requests = new Map<string, PendingRequest>();
  /** Answer as soon as started. */
  isPrompt = false;

  accept(connection: RequestOwner, frame: Buffer): PendingRequest {
    const name = frame.toString('latin1');
    const header = { apiKey: 0, apiVersion: 0, correlationId: 0, clientId: null };
    const request = new PendingRequest({} as BrokerServices, connection, header, {
      handler: HANDLERS[name.charAt(0)],
      reader: undefined,
      frame,
      receivedAtMs: 0,
    });
    this.requests.set(name, request);
    return request;
  }

  start(request: PendingRequest): void {
    const name = [...this.requests].find(([, candidate]) => candidate === request)?.[0] ?? '';
    this.started.push(name);
    if (request.handler === undefined) request.endConnection();
    else if (this.isPrompt) request.answer([Buffer.from(`${name};`)]);
  }

  answer(name: string, body = `${name};`): void {
    this.requests.get(name)?.answer([Buffer.from(body)]);
  }
}

function frame(body: string): Buffer {
  const out = Buffer.alloc(4 + body.length);
  out.writeInt32BE(body.length);
  out.write(body, 4, 'latin1');
  return out;
}

function setUp(options: { writeBacklogBytesMax?: number; budgetBytes?: number; frameBytesMax?: number } = {}) {
  const socket = new FakeSocket();
  const processor = new FakeProcessor();
  const budget = new MemoryBudget(options.budgetBytes ?? 1_000_000, options.budgetBytes ?? 1_000_000);
  const closed: Connection[] = [];
  const connection = new Connection(socket as unknown as Socket, {
    id: 1,
    listenerName: 'PLAINTEXT',
    clock: systemClock,
    processor,
    budget,
    frameMemory: new FrameMemory(0),
    receiveBuffer: Buffer.alloc(1024),
    frameBytesMax: options.frameBytesMax ?? 1_000,
    writeBacklogBytesMax: options.writeBacklogBytesMax ?? 1_000,
    onBytes: () => undefined,
    onPressure: () => undefined,
    onProtocolFault: () => undefined,
    onClosed: (which) => closed.push(which),
  });
  const send = async (...bodies: string[]): Promise<void> => {
    socket.push(Buffer.concat(bodies.map(frame)));
    await turn();
  };
  return { socket, processor, budget, connection, closed, send };
}

/** Everything that is due in this turn of the event loop happens. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('Connection', () => {
  it('runs one request at a time and answers in order', async () => {
    const { socket, processor, send } = setUp();
    await send('o1', 'o2', 'o3');
    expect(processor.started).toEqual(['o1']);

    processor.answer('o1');
    await turn();
    expect(processor.started).toEqual(['o1', 'o2']);

    processor.answer('o2');
    processor.answer('o3');
    await turn();
    expect(socket.text).toBe('o1;o2;o3;');
  });

  it('runs requests of an overlapping API side by side, up to their bound, and still answers in order', async () => {
    const { socket, processor, send } = setUp();
    await send('p1', 'p2', 'p3', 'p4');
    expect(processor.started).toEqual(['p1', 'p2', 'p3']);

    processor.answer('p3');
    processor.answer('p2');
    await turn();
    expect(socket.text).toBe('');

    processor.answer('p1');
    await turn();
    expect(socket.text).toBe('p1;p2;p3;');
    expect(processor.started).toEqual(['p1', 'p2', 'p3', 'p4']);
  });

  it('sends answers that become ready together in one write', async () => {
    const { socket, processor, send } = setUp();
    await send('p1', 'p2', 'p3');
    processor.answer('p1');
    processor.answer('p2');
    processor.answer('p3');
    await turn();
    expect(socket.writes).toBe(1);
  });

  it('does not start another API before overlapping requests have answered', async () => {
    const { processor, send } = setUp();
    await send('p1', 'p2', 'o1', 'p3');
    expect(processor.started).toEqual(['p1', 'p2']);
    processor.answer('p1');
    expect(processor.started).toEqual(['p1', 'p2']);
    processor.answer('p2');
    expect(processor.started).toEqual(['p1', 'p2', 'o1']);
    processor.answer('o1');
    expect(processor.started).toEqual(['p1', 'p2', 'o1', 'p3']);
  });

  it('asks a waiting request to give way when another API queues behind it', async () => {
    const { processor, send } = setUp();
    let gaveWay = 0;
    await send('f1');
    processor.requests.get('f1')?.onGiveWay(() => {
      gaveWay++;
      processor.answer('f1');
    });
    await send('f2');
    expect(gaveWay).toBe(0);
    processor.requests.get('f2')?.onGiveWay(() => processor.answer('f2'));
    await send('o1');
    expect(gaveWay).toBe(1);
    expect(processor.started).toEqual(['f1', 'f2', 'o1']);
  });

  it('asks a waiting request to give way when a later one has its answer ready', async () => {
    const { socket, processor, send } = setUp();
    await send('f1', 'f2');
    processor.requests.get('f1')?.onGiveWay(() => processor.answer('f1'));
    processor.answer('f2');
    await turn();
    expect(socket.text).toBe('f1;f2;');
  });

  it('tells a request at once that must give way before it waits', async () => {
    const { processor, send } = setUp();
    await send('f1', 'o1');
    let gaveWay = 0;
    processor.requests.get('f1')?.onGiveWay(() => gaveWay++);
    expect(gaveWay).toBe(1);
  });

  it('ends after the answers to everything before garbage, and looks at nothing behind it', async () => {
    const { socket, processor, send } = setUp();
    await send('o1', 'x', 'o2');
    expect(processor.requests.has('o2')).toBe(false);
    expect(socket.writableEnded).toBe(false);
    processor.answer('o1');
    await turn();
    expect(socket.text).toBe('o1;');
    expect(socket.writableEnded).toBe(true);
    expect(processor.started).toEqual(['o1', 'x']);
  });

  it('ends after earlier answers when a handler wants the connection closed', async () => {
    const { socket, processor, send } = setUp();
    await send('p1', 'p2', 'p3');
    processor.requests.get('p2')?.endConnection();
    await turn();
    expect(socket.writableEnded).toBe(false);
    processor.answer('p1');
    await turn();
    expect(socket.text).toBe('p1;');
    expect(socket.writableEnded).toBe(true);
  });

  it('stops reading and starting while answers wait for a client that does not read', async () => {
    const { socket, processor, budget, send } = setUp({ writeBacklogBytesMax: 100 });
    socket.isStuck = true;
    await send('o1');
    processor.answer('o1', 'a'.repeat(200));
    await turn();
    await send('o2');
    expect(socket.isPaused()).toBe(true);
    expect(processor.started).toEqual(['o1']);
    expect(budget.answerBytes).toBe(200);

    socket.release();
    await turn();
    expect(socket.isPaused()).toBe(false);
    expect(processor.started).toEqual(['o1', 'o2']);
    processor.answer('o2');
    await turn();
    expect([budget.usedBytes, budget.answerBytes]).toEqual([0, 0]);
  });

  it('stops reading when too many requests wait for their turn', async () => {
    const { socket, processor, send } = setUp();
    await send(...Array.from({ length: 70 }, (_, index) => `o${index}`));
    expect(socket.isPaused()).toBe(true);
    processor.isPrompt = true;
    processor.answer('o0');
    await turn();
    expect(socket.isPaused()).toBe(false);
    expect(processor.started).toHaveLength(70);
  });

  it('stops reading while the budget of all connections is used up', async () => {
    const { socket, processor, budget, send } = setUp({ budgetBytes: 50, frameBytesMax: 20_000 });
    const body = `o${'1'.repeat(17_000)}`;
    await send(body);
    expect(socket.isPaused()).toBe(true);
    processor.answer(body);
    await turn();
    expect(budget.usedBytes).toBe(0);
    expect(socket.isPaused()).toBe(false);
  });

  it('reads on beyond the budget of all connections while it holds little itself', async () => {
    const { socket, processor, budget, send } = setUp({ budgetBytes: 50 });
    budget.add(1_000_000, 1_000_000);
    await send('o1');
    processor.answer('o1');
    await send('o2');
    expect(socket.isPaused()).toBe(false);
    expect(processor.started).toHaveLength(2);
  });

  it('answers what was received when the client ends its side, then ends', async () => {
    const { socket, processor, connection, send } = setUp();
    await send('o1', 'o2');
    socket.push(null);
    await turn();
    expect(connection.closed.aborted).toBe(true);
    processor.answer('o1');
    processor.answer('o2');
    await turn();
    expect(socket.text).toBe('o1;o2;');
    expect(socket.writableEnded).toBe(true);
  });

  it('lets go of everything when the connection breaks', async () => {
    const { socket, processor, budget, connection, closed, send } = setUp();
    await send('f1');
    let gaveWay = 0;
    processor.requests.get('f1')?.onGiveWay(() => gaveWay++);
    const { closed: signal } = connection;
    socket.destroy();
    await turn();
    expect(closed).toEqual([connection]);
    expect(signal.aborted).toBe(true);
    expect(gaveWay).toBe(1);
    expect(budget.usedBytes).toBe(0);
    processor.answer('f1');
    expect(socket.text).toBe('');
  });

  it('says whether it merely waits for the broker', async () => {
    const { processor, connection, send } = setUp();
    expect(connection.isWorking).toBe(false);
    await send('o1');
    expect(connection.isWorking).toBe(true);
    processor.answer('o1');
    expect(connection.isWorking).toBe(false);
  });
});
