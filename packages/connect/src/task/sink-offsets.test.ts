import { SinkOffsets } from './sink-offsets.ts';

const at = (partition: number, offset: number) => ({ topic: 't', partition, offset });

describe('offsets of a sink', () => {
  it('are committed as far as they are written and were not before', () => {
    const offsets = new SinkOffsets();
    offsets.assign([at(0, 0), at(1, 0)]);
    offsets.wrote(at(0, 10), 4, 0);

    expect(offsets.written()).toEqual([at(0, 10)]);
    expect(offsets.choose(offsets.written()).offsets).toEqual([{ ...at(0, 10), leaderEpoch: 4 }]);
    offsets.committed([at(0, 10)]);
    expect(offsets.choose(offsets.written()).offsets).toEqual([]);
  });

  it('may lie behind what is written, never beyond, and never in partitions of others', () => {
    const offsets = new SinkOffsets();
    offsets.assign([at(0, 0)]);
    offsets.wrote(at(0, 10), 4, 0);

    expect(offsets.choose([at(0, 7)]).offsets).toEqual([{ ...at(0, 7), leaderEpoch: -1 }]);
    expect(offsets.choose([at(0, 11), at(1, 1)])).toEqual({ offsets: [], refused: [at(0, 11), at(1, 1)] });
  });

  it('count anew after a seek, a loss or an assignment', () => {
    const offsets = new SinkOffsets();
    offsets.assign([at(0, 0)]);
    const first = offsets.generationOf(at(0, 0));
    offsets.seek(at(0, 5));
    const second = offsets.generationOf(at(0, 0));
    expect(second).not.toBe(first);
    expect(offsets.choose(offsets.written()).offsets).toEqual([{ ...at(0, 5), leaderEpoch: -1 }]);

    offsets.remove([at(0, 0)]);
    expect(offsets.generationOf(at(0, 0))).toBeUndefined();
    offsets.assign([at(0, 0)]);
    expect([first, second]).not.toContain(offsets.generationOf(at(0, 0)));
    expect(offsets.written()).toEqual([]);
  });
});
