import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy.ts';
import { waitUntil } from './wait-until.ts';
import { WireClient } from './wire-client.ts';

const PRODUCE = 0;
const END_TXN = 26;

/** Answers every request with its correlation id, and remembers what it was asked for. */
class EchoBroker implements AsyncDisposable {
  readonly asked: number[] = [];
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  isAnswering = true;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<EchoBroker> {
    const broker = new EchoBroker();
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const frame = rest.subarray(0, 4 + rest.readInt32BE(0));
        rest = rest.subarray(frame.length);
        this.asked.push(frame.readInt16BE(4));
        if (!this.isAnswering) continue;
        const answer = Buffer.alloc(8);
        answer.writeInt32BE(4, 0);
        answer.writeInt32BE(frame.readInt32BE(8), 4);
        socket.write(answer);
      }
    });
  }
}

async function setUp() {
  const broker = await EchoBroker.start();
  const proxy = await FaultProxy.start({ targetPort: broker.port });
  const stack = new AsyncDisposableStack();
  stack.use(broker);
  stack.use(proxy);
  const open = async (): Promise<WireClient> => stack.use(await WireClient.connect({ port: proxy.port }));
  return { broker, proxy, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Asks with an empty body; resolves with the correlation id in the answer. */
async function ask(client: WireClient, apiKey: number, bodyBytes = 0): Promise<number> {
  client.sendBody(apiKey, 0, Buffer.alloc(bodyBytes));
  return (await client.receive()).readInt32BE(0);
}

describe('FaultProxy', () => {
  it('passes requests and answers on, large and in pieces', async () => {
    await using it = await setUp();
    const client = await it.open();

    expect(await ask(client, PRODUCE, 3_000_000)).toBe(1);
    const frame = Buffer.from('0000000a001a0000000000f0ffff', 'hex');
    for (const byte of frame) client.sendBytes(Uint8Array.of(byte));
    expect((await client.receive()).readInt32BE(0)).toBe(0xf0);
    expect(it.broker.asked).toEqual([PRODUCE, END_TXN]);
  });

  it('cuts all connections on command, and takes new ones', async () => {
    await using it = await setUp();
    const clients = [await it.open(), await it.open()];
    await Promise.all(clients.map((client) => ask(client, PRODUCE)));

    expect(it.proxy.cut()).toBe(2);

    await Promise.all(clients.map((client) => client.ended));
    expect(await ask(await it.open(), PRODUCE)).toBe(1);
    await waitUntil('old links to be gone', () => it.proxy.linkCount === 1);
  });

  it('loses the answer of the next request of a kind, which the broker has had', async () => {
    await using it = await setUp();
    const [client, other] = [await it.open(), await it.open()];
    const lost = it.proxy.loseNextAnswer({ apiKeys: [END_TXN] });

    expect(await ask(client, PRODUCE)).toBe(1);
    await expect(ask(client, END_TXN)).rejects.toThrow('the broker ended the connection');

    expect(await lost).toEqual({ apiKey: END_TXN, apiVersion: 0 });
    expect(it.broker.asked).toEqual([PRODUCE, END_TXN]);
    expect(await ask(other, END_TXN)).toBe(1);
  });

  it('passes on the answers before the lost one, and none behind it', async () => {
    await using it = await setUp();
    const client = await it.open();
    const lost = it.proxy.loseNextAnswer({ apiKeys: [END_TXN] });

    for (const apiKey of [PRODUCE, END_TXN, PRODUCE]) client.sendBody(apiKey, 0, Buffer.alloc(0));

    expect((await client.receive()).readInt32BE(0)).toBe(1);
    await expect(client.receive()).rejects.toThrow('the broker ended the connection');
    await lost;
  });

  it('cuts right after the request was forwarded, whether it is answered or not', async () => {
    await using it = await setUp();
    it.broker.isAnswering = false;
    const client = await it.open();
    const lost = it.proxy.loseNextAnswer({ when: 'forwarded' });

    client.sendBody(END_TXN, 0, Buffer.alloc(0));

    await client.ended;
    expect(await lost).toEqual({ apiKey: END_TXN, apiVersion: 0 });
    await waitUntil('the request at the broker', () => it.broker.asked.length === 1);
  });

  it('gives a lost answer up on demand', async () => {
    await using it = await setUp();
    const client = await it.open();
    const abort = new AbortController();
    const lost = it.proxy.loseNextAnswer({ signal: abort.signal });
    abort.abort();

    await expect(lost).rejects.toThrow('no such request came');
    expect(await ask(client, PRODUCE)).toBe(1);
  });

  it('counts an answer as lost when the broker dies before it answers', async () => {
    await using it = await setUp();
    it.broker.isAnswering = false;
    const client = await it.open();
    const lost = it.proxy.loseNextAnswer();
    client.sendBody(END_TXN, 0, Buffer.alloc(0));
    await waitUntil('the request at the broker', () => it.broker.asked.length === 1);
    for (const socket of it.broker.sockets) socket.destroy();

    expect((await lost).apiKey).toBe(END_TXN);
    await client.ended;
  });

  it('holds frames back, and keeps their order when the delay ends', async () => {
    await using it = await setUp();
    const client = await it.open();
    it.proxy.delayMs = 60;
    const began = performance.now();
    client.sendBody(PRODUCE, 0, Buffer.alloc(0));
    client.sendBody(PRODUCE, 0, Buffer.alloc(0));
    await waitUntil('the first request', () => it.broker.asked.length === 1);
    it.proxy.heal();

    expect((await client.receive()).readInt32BE(0)).toBe(1);
    expect((await client.receive()).readInt32BE(0)).toBe(2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });

  it('swallows everything while the network is gone, and cuts what lost bytes when it is back', async () => {
    await using it = await setUp();
    const [robbed, idle] = [await it.open(), await it.open()];
    await Promise.all([robbed, idle].map((client) => ask(client, PRODUCE)));
    it.proxy.dropAll();
    robbed.sendBody(END_TXN, 0, Buffer.alloc(0));
    const late = await it.open();
    late.sendBody(END_TXN, 0, Buffer.alloc(0));
    await waitUntil('both requests to be swallowed', () => it.proxy.swallowedFrames === 2);
    expect([robbed.isEnded, late.isEnded]).toEqual([false, false]);

    it.proxy.heal();

    await Promise.all([robbed.ended, late.ended]);
    expect(await ask(idle, PRODUCE)).toBe(2);
    expect(it.broker.asked).toEqual([PRODUCE, PRODUCE, PRODUCE]);
  });

  it('refuses new connections until it is healed', async () => {
    await using it = await setUp();
    const old = await it.open();
    await ask(old, PRODUCE);
    it.proxy.refuseNew();

    await (
      await it.open()
    ).ended;
    expect(await ask(old, PRODUCE)).toBe(2);
    it.proxy.heal();
    expect(await ask(await it.open(), PRODUCE)).toBe(1);
  });

  it('cuts connections while the broker is away', async () => {
    await using it = await setUp();
    await it.broker[Symbol.asyncDispose]();

    await (
      await it.open()
    ).ended;
    await waitUntil('the link to be gone', () => it.proxy.linkCount === 0);
  });

  it('cuts what does not send frames', async () => {
    await using it = await setUp();
    const socket = connect(it.proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');

    await once(socket, 'close');
    expect(it.broker.asked).toEqual([]);
  });
});
