import { SeededRandom } from '@millrace/base';
import { FrameReceiver } from './frame-receiver.ts';

const FRAME_BYTES_MAX = 1_000_000;

function receive(stream: Buffer, nextCount: (room: number) => number) {
  const frames: Buffer[] = [];
  const bad: { length: number; start: Buffer }[] = [];
  const receiver = new FrameReceiver({
    frameBytesMax: FRAME_BYTES_MAX,
    onFrame: (frame) => frames.push(frame),
    onBadLength: (length, start) => bad.push({ length, start }),
  });
  for (let at = 0; at < stream.length;) {
    const buffer = receiver.nextBuffer();
    const count = Math.min(stream.length - at, nextCount(buffer.length), buffer.length);
    stream.copy(buffer, 0, at, at + count);
    receiver.received(count);
    at += count;
  }
  return { frames, bad };
}

function framed(bodies: readonly Buffer[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      return [length, body];
    }),
  );
}

describe('FrameReceiver', () => {
  const random = new SeededRandom(7);
  const sizes = [4, 5, 100, 65_532, 65_533, 65_536, 65_537, 70_000, 4, 300_000, 17, 131_072, 4];
  const bodies = sizes.map((size) => random.bytes(size));

  it.each([
    ['as much as fits', (room: number) => room],
    ['one byte at a time', () => 1],
    ['three bytes at a time', () => 3],
    ['pieces of chance', (room: number) => 1 + random.nextInt(room)],
  ])('cuts frames of all sizes out of a stream that comes in %s', (_how, nextCount) => {
    const { frames, bad } = receive(framed(bodies), nextCount);

    expect(bad).toEqual([]);
    expect(frames.map((frame) => frame.length)).toEqual(sizes);
    expect(frames.every((frame, index) => frame.equals(bodies[index] as Buffer))).toBe(true);
  });

  it('gives frames away for good: later bytes do not touch them', () => {
    const { frames } = receive(
      framed([...bodies, ...bodies.map((body) => Buffer.alloc(body.length, 0xee))]),
      (room) => room,
    );

    expect(frames.slice(0, bodies.length).every((frame, index) => frame.equals(bodies[index] as Buffer))).toBe(true);
  });

  it('lets a large frame be written straight into its own memory', () => {
    const frames: Buffer[] = [];
    const receiver = new FrameReceiver({
      frameBytesMax: FRAME_BYTES_MAX,
      onFrame: (frame) => frames.push(frame),
      onBadLength: () => undefined,
    });
    const stream = framed([Buffer.alloc(500_000, 1)]);
    stream.copy(receiver.nextBuffer(), 0, 0, 100);
    receiver.received(100);

    const rest = receiver.nextBuffer();
    expect(rest.length).toBe(500_000 - 96);
    stream.copy(rest, 0, 100);
    receiver.received(rest.length);

    expect(frames).toHaveLength(1);
    expect(frames[0]?.buffer).toBe(rest.buffer);
  });

  it.each([-1, 3, FRAME_BYTES_MAX + 1])('refuses a length of %i and takes nothing more', (length) => {
    const wrong = Buffer.alloc(20, 9);
    wrong.writeInt32BE(length);

    const { frames, bad } = receive(
      Buffer.concat([framed([Buffer.alloc(10)]), wrong, framed([Buffer.alloc(10)])]),
      () => 7,
    );

    expect(frames).toHaveLength(1);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.length).toBe(length);
    expect(bad[0]?.start.readInt32BE(0)).toBe(length);
  });
});
