import { withSources } from './profile-sources.ts';
import { areaOf } from './profile-summary.ts';

/** The second line of /repo/apps/broker/dist/main.cjs comes from line 5 of a package's source. */
const MAP = JSON.stringify({
  version: 3,
  sources: ['../../../packages/storage-local/src/journal.ts'],
  names: [],
  mappings: ';AAIA',
});

function frameAt(url: string, lineNumber: number) {
  return { functionName: 'append', url, lineNumber, columnNumber: 0 };
}

function readMap(path: string): string | undefined {
  return path === '/repo/apps/broker/dist/main.cjs.map' ? MAP : undefined;
}

describe('withSources', () => {
  it.each(['/repo/apps/broker/dist/main.cjs', 'file:///repo/apps/broker/dist/main.cjs'])(
    'names the source of what runs from the bundle %s',
    (url) => {
      const profile = JSON.stringify({ nodes: [{ id: 1, callFrame: frameAt(url, 1) }], samples: [1] });
      const { nodes } = JSON.parse(withSources(profile, readMap)) as {
        nodes: { callFrame: ReturnType<typeof frameAt> }[];
      };
      expect(nodes[0]?.callFrame).toEqual({
        functionName: 'append',
        url: 'file:///repo/packages/storage-local/src/journal.ts',
        lineNumber: 4,
        columnNumber: 0,
      });
      expect(areaOf(frameAt('packages/storage-local/src/journal.ts', 4))).toBe('storage-local');
    },
  );

  it('finds frames anywhere in the tree of a heap profile', () => {
    const leaf = { callFrame: frameAt('/repo/apps/broker/dist/main.cjs', 1), selfSize: 3, children: [] };
    const profile = JSON.stringify({ head: { callFrame: frameAt('', -1), selfSize: 0, children: [leaf] } });
    expect(withSources(profile, readMap)).toContain('packages/storage-local/src/journal.ts');
  });

  it('leaves frames without a source map as they are', () => {
    const frames = [frameAt('', -1), frameAt('node:fs', 10), frameAt('/elsewhere/a.js', 3)];
    const profile = JSON.stringify({ nodes: frames.map((callFrame, id) => ({ id, callFrame })) });
    expect(withSources(profile, readMap)).toBe(profile);
  });
});
