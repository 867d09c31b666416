import { c, config, defineSink, defineTransform, type Plugin } from '../index.ts';
import { isApiSupported, manifestOf, parseManifest, pluginsOf } from './index.ts';

const spec = config({
  password: c.secret().synonym('pass'),
  'batch.size': c.int().default(500).doc('Records at once.'),
});

const sink = defineSink({
  name: 'ThingSinkConnector',
  version: '1.2.3',
  aliases: ['io.example.ThingSink'],
  config: spec,
  task: async () => ({ write: async () => undefined, [Symbol.asyncDispose]: async () => undefined }),
});
const transform = defineTransform({
  name: 'Shout',
  version: '1.2.3',
  config: config({}),
  create: () => (record) => record,
});
const packageJson = { name: 'thing', version: '1.2.3' };

describe('a manifest', () => {
  it('holds what a worker shows of plugins, and nothing that runs', () => {
    const manifest = parseManifest(JSON.stringify(manifestOf(packageJson, [sink])), 'x');

    expect(manifest).toEqual({
      manifestVersion: 1,
      package: 'thing',
      version: '1.2.3',
      plugins: [
        {
          kind: 'sink',
          name: 'ThingSinkConnector',
          version: '1.2.3',
          aliases: ['io.example.ThingSink'],
          definitions: spec.definitions,
          secretKeys: ['password', 'pass'],
        },
      ],
    });
  });

  it('finds plugins by any name and in arrays, once each', () => {
    expect(
      pluginsOf({ b: sink, a: sink, all: [transform, sink], other: 1, none: null }).map(({ name }) => name),
    ).toEqual(['Shout', 'ThingSinkConnector']);
  });

  it('refuses a package without plugins, and two of one name', () => {
    const double: Plugin = defineSink({ ...sink, name: 'io.example.ThingSink' });

    expect(() => manifestOf(packageJson, [])).toThrow(/exports no plugin/);
    expect(() => manifestOf(packageJson, [sink, double])).toThrow(/two plugins that are called io.example.ThingSink/);
    expect(() => manifestOf(packageJson, [sink, { ...sink }])).toThrow(
      /two plugins that are called ThingSinkConnector/,
    );
  });

  it.each([
    ['{', /is not JSON/],
    ['null', /not a manifest of version 1/],
    ['{"manifestVersion":2}', /not a manifest of version 1/],
    ['{"manifestVersion":1,"package":"p","version":"1","plugins":[{"kind":"source"}]}', /is not whole/],
  ])('is not read from %s', (text, message) => {
    expect(() => parseManifest(text, 'x.json')).toThrow(message);
  });

  it.each([
    ['^1', true],
    ['1', true],
    ['^1.0.3', true],
    ['1.x', true],
    ['^2', false],
    ['^1.7', false],
    ['>=1', false],
  ])('of a plugin for %s of the contract: can run here is %s', (range, expected) => {
    expect(isApiSupported(range)).toBe(expected);
  });
});
