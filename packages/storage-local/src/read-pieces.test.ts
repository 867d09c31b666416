import { ReadPieces } from './read-pieces.ts';

describe('ReadPieces', () => {
  it('uses the memory of a piece again once all its users are done', () => {
    const pieces = new ReadPieces(1000, () => 4);
    const piece = pieces.take();
    const done = piece.use();

    piece.drop();
    expect(pieces.freeBytes).toBe(0);
    expect(pieces.take().memory).not.toBe(piece.memory);
    done();
    expect(pieces.freeBytes).toBe(1000);
    expect(pieces.take().memory).toBe(piece.memory);
  });

  it('does not take one user for two', () => {
    const pieces = new ReadPieces(1000, () => 4);
    const piece = pieces.take();
    const done = piece.use();

    done();
    done();
    expect(pieces.freeBytes).toBe(0);
  });

  it('keeps as many free pieces as it may', () => {
    const pieces = new ReadPieces(1000, () => 4);
    for (const piece of Array.from({ length: 20 }, () => pieces.take())) piece.drop();

    expect(pieces.freeBytes).toBe(4000);
  });
});
