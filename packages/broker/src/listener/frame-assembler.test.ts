import { FrameAssembler } from './frame-assembler.ts';
import { FrameMemory } from './frame-memory.ts';

function frame(body: Buffer): Buffer {
  const out = Buffer.alloc(4 + body.length);
  out.writeInt32BE(body.length);
  body.copy(out, 4);
  return out;
}

function collect(frameBytesMax = 1000): { assembler: FrameAssembler; frames: string[] } {
  const frames: string[] = [];
  const assembler = new FrameAssembler(frameBytesMax, new FrameMemory(0), (bytes) =>
    frames.push(bytes.toString('latin1')),
  );
  return { assembler, frames };
}

describe('FrameAssembler', () => {
  const bodies = ['a', 'hello', 'x'.repeat(300), 'zz'];
  const stream = Buffer.concat(bodies.map((body) => frame(Buffer.from(body))));

  it('finds the same frames wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const { assembler, frames } = collect();
      expect(assembler.push(stream.subarray(0, cut))).toBeUndefined();
      expect(assembler.push(stream.subarray(cut))).toBeUndefined();
      expect(frames).toEqual(bodies);
      expect(assembler.isAtBoundary).toBe(true);
      expect(assembler.heldBytes).toBe(0);
    }
  });

  it.each([1, 2, 3, 4, 5, 7, 64])('finds the same frames in pieces of %i bytes', (pieceBytes) => {
    const { assembler, frames } = collect();
    for (let at = 0; at < stream.length; at += pieceBytes) assembler.push(stream.subarray(at, at + pieceBytes));
    expect(frames).toEqual(bodies);
  });

  it('keeps nothing of a chunk that is overwritten by the next read', () => {
    const { assembler, frames } = collect();
    const chunk = Buffer.alloc(64);
    for (let at = 0; at < stream.length; at += chunk.length) {
      const bytes = stream.copy(chunk, 0, at);
      assembler.push(chunk.subarray(0, bytes));
      chunk.fill(0xff);
    }
    expect(frames).toEqual(bodies);
  });

  it.each([0, -1, -2_147_483_648, 1001, 2_147_483_647])('refuses an announced length of %i', (length) => {
    const { assembler, frames } = collect();
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(assembler.push(Buffer.concat([frame(Buffer.from('ok')), bytes, frame(Buffer.from('late'))]))).toMatch(
      /socket\.request\.max\.bytes/,
    );
    expect(assembler.push(frame(Buffer.from('later')))).toBeUndefined();
    expect(frames).toEqual(['ok']);
  });

  it('holds memory for what has arrived, not for what was announced', () => {
    const { assembler } = collect(100_000_000);
    const announcement = Buffer.alloc(4);
    announcement.writeInt32BE(90_000_000);
    assembler.push(announcement);
    expect(assembler.heldBytes).toBe(0);
    assembler.push(Buffer.alloc(100));
    expect(assembler.heldBytes).toBe(65_536);

    let received = 100;
    while (received < 40_000_000) {
      received += 65_536;
      assembler.push(Buffer.alloc(65_536));
      expect(assembler.heldBytes).toBeLessThanOrEqual(Math.max(65_536, received * 4));
    }
    expect(assembler.heldBytes).toBeLessThanOrEqual(received * 2);
  });

  it('keeps the bytes of a frame that grew over several buffers', () => {
    const body = Buffer.alloc(1_000_000, 'abcdefg');
    const bytes = frame(body);
    const frames: Buffer[] = [];
    const assembler = new FrameAssembler(2_000_000, new FrameMemory(1e6), (found) => frames.push(found));
    for (let at = 0; at < bytes.length; at += 33_333) assembler.push(bytes.subarray(at, at + 33_333));
    expect(frames).toHaveLength(1);
    expect(frames[0]?.equals(body)).toBe(true);
  });

  it('stops in the middle of a chunk when told so', () => {
    const frames: Buffer[] = [];
    const assembler: FrameAssembler = new FrameAssembler(1000, new FrameMemory(0), (bytes) => {
      frames.push(bytes);
      assembler.stop();
    });
    assembler.push(stream);
    expect(frames).toHaveLength(1);
  });

  it.each([
    'GET /metrics HTTP/1.1\r\n',
    'POST / HTTP/1.1\r\n',
    'PUT / HTTP/1.1\r\n',
    'HEAD / HTTP/1.1\r\n',
    'HTTP/1.1 200 OK\r\n',
    'PRI * HTTP/2.0\r\n',
  ])('recognises HTTP: %j', (text) => {
    for (const cut of [1, 4, 9]) {
      const { assembler, frames } = collect();
      const bytes = Buffer.from(text);
      const faults = [assembler.push(bytes.subarray(0, cut)), assembler.push(bytes.subarray(cut))];
      expect(faults.filter((fault) => fault !== undefined)).toEqual(['looks like HTTP (metrics are on the ops port)']);
      expect(frames).toEqual([]);
    }
  });

  it.each([[[0x16, 0x03, 0x01, 0x02, 0x00]], [[0x16, 0x03, 0x03, 0x00, 0xf4]]])('recognises TLS: %j', (bytes) => {
    expect(collect().assembler.push(Buffer.from(bytes))).toBe('looks like TLS, which this listener does not offer');
  });

  it.each([-1, 0, 1001, 0x16040000, 0x15030000, 0x47455421])('names no other protocol for a length of %i', (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(collect().assembler.push(bytes)).toContain(
      `a frame of ${length} bytes was announced; 1 to 1000 are allowed`,
    );
  });

  it('takes a frame for a frame whose length, being allowed, reads like HTTP', () => {
    const { assembler } = collect(2_000_000_000);
    expect(assembler.push(Buffer.from('GET /'))).toBeUndefined();
  });
});
