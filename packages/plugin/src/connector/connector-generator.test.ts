import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';

import { connectorGenerator } from '../index.ts';
import { connectorClass } from './connector-names.ts';

function json(tree: Tree, path: string): Record<string, Record<string, unknown>> {
  return JSON.parse(tree.read(path, 'utf8') ?? '') as Record<string, Record<string, unknown>>;
}

describe('the generator of connectors', () => {
  let tree: Tree;

  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace();
  });

  it('writes what the name ends with', () => {
    connectorGenerator(tree, { name: 'my-source' });

    expect(tree.children('my-source').toSorted()).toEqual([
      'README.md',
      'package.json',
      'src',
      'test',
      'tsconfig.json',
    ]);
    expect(tree.children('my-source/src').toSorted()).toEqual(['index.ts', 'source.ts']);
    expect(tree.read('my-source/src/source.ts', 'utf8')).toContain("name: 'MySourceConnector'");
    expect(tree.read('my-source/README.md', 'utf8')).toContain('<!-- settings of MySourceConnector -->');
  });

  it('writes both of any other name, into any folder', () => {
    connectorGenerator(tree, { name: '@example/orders', directory: 'libs/orders' });

    expect(tree.children('libs/orders/src').toSorted()).toEqual(['index.ts', 'sink.ts', 'source.ts']);
    expect(json(tree, 'libs/orders/package.json')).toMatchObject({
      name: '@example/orders',
      keywords: ['kafka-connect-plugin-js'],
      connect: { entry: './dist/index.js', manifest: './connect-plugin.json', api: '^1' },
    });
    expect(tree.read('libs/orders/src/sink.ts', 'utf8')).toContain("name: 'OrdersSinkConnector'");
  });

  it('adds what it needs to the workspace, and leaves versions that are there', () => {
    const before = json(tree, 'package.json');
    tree.write('package.json', JSON.stringify({ ...before, devDependencies: { typescript: '5.9.0' } }));

    connectorGenerator(tree, { name: 'my-sink' });

    const after = json(tree, 'package.json');
    expect(after['dependencies']).toMatchObject({ '@millrace/connect-api': expect.stringMatching(/^\^\d/) });
    expect(after['devDependencies']).toMatchObject({
      typescript: '5.9.0',
      '@millrace/connect-testkit': expect.anything(),
    });
  });

  it('refuses names that are none, and folders that are taken', () => {
    expect(() => connectorGenerator(tree, { name: 'My Source' })).toThrow(/is no name of an npm package/);
    tree.write('my-sink/notes.txt', '');
    expect(() => connectorGenerator(tree, { name: 'my-sink' })).toThrow(/is there already/);
  });

  it.each([
    ['my-source', 'source', 'MySourceConnector'],
    ['orders', 'sink', 'OrdersSinkConnector'],
    ['s3-sink-connector', 'sink', 'S3SinkConnector'],
    ['kafka_connect.http', 'source', 'KafkaConnectHttpSourceConnector'],
  ] as const)('calls %s as a %s %s', (name, kind, expected) => {
    expect(connectorClass(name, kind)).toBe(expected);
  });
});
