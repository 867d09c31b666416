import { areaOf, summarizeCpuProfile, summarizeHeapProfile } from './profile-summary.ts';

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });
const APPEND = frame('append', 'packages/log/dist/owned-log.js', 41);
const DECODE = frame('decode', 'packages/protocol/dist/generated/00-produce.js', 9);

describe('summarizeCpuProfile', () => {
  it('adds self time by function and area and leaves idle time and the profiler apart', () => {
    const summary = summarizeCpuProfile({
      nodes: [
        { id: 1, callFrame: frame('(idle)', '') },
        { id: 2, callFrame: APPEND },
        { id: 3, callFrame: DECODE },
        // The same function, called from elsewhere.
        { id: 4, callFrame: APPEND },
        { id: 5, callFrame: frame('post', 'node:inspector') },
      ],
      samples: [1, 2, 3, 4, 5],
      timeDeltas: [500_000, 100_000, 250_000, 300_000, 900_000],
    });

    expect(summary.idle).toBeCloseTo(0.5);
    expect(summary.total).toBeCloseTo(0.65);
    expect(summary.areas.map(({ label }) => label)).toEqual(['log', 'protocol']);
    expect(summary.functions[0]).toEqual({ label: 'append packages/log/dist/owned-log.js:42', amount: 0.4 });
  });
});

describe('summarizeHeapProfile', () => {
  it('adds what every node of the tree allocated itself', () => {
    const leaf = { callFrame: DECODE, selfSize: 300, children: [] };
    const summary = summarizeHeapProfile({
      callFrame: frame('(root)', ''),
      selfSize: 0,
      children: [leaf, { callFrame: APPEND, selfSize: 100, children: [leaf] }],
    });

    expect(summary.total).toBe(700);
    expect(summary.functions).toEqual([
      { label: 'decode packages/protocol/dist/generated/00-produce.js:10', amount: 600 },
      { label: 'append packages/log/dist/owned-log.js:42', amount: 100 },
    ]);
  });
});

describe('areaOf', () => {
  it.each([
    ['packages/storage-local/dist/journal.js', 'flush', 'storage-local'],
    ['node_modules/@node-rs/crc32/index.js', 'crc32c', '@node-rs/crc32'],
    ['node:internal/streams/writable', 'write', "Node's JavaScript"],
    ['', '(garbage collector)', 'garbage collector'],
    ['', '(program)', 'native code outside JavaScript'],
    ['', 'writev', 'native functions called from JavaScript'],
  ])('puts %s %s into %s', (url, name, area) => {
    expect(areaOf(frame(name, url))).toBe(area);
  });
});
