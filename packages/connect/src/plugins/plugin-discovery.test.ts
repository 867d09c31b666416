import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, type Logger } from '@millrace/base';
import { discoverPlugins } from './plugin-discovery.ts';

let folder: string;
let warnings: string[];
const log: Logger = { ...silentLogger, warn: (_message, fields) => void warnings.push(JSON.stringify(fields)) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-plugins-'));
  warnings = [];
});

afterEach(() => rm(folder, { recursive: true }));

/** A package whose entry throws when it is loaded. */
async function writePackage(path: string, name: string, version: string, changes: object = {}): Promise<void> {
  const to = join(folder, path);
  await mkdir(to, { recursive: true });
  const connect = { entry: './plugin.js', manifest: './connect-plugin.json', api: '^1' };
  await writeFile(
    join(to, 'package.json'),
    JSON.stringify({ name, version, keywords: ['kafka-connect-plugin-js'], connect, ...changes }),
  );
  await writeFile(join(to, 'plugin.js'), 'throw new Error("plugin code has run")');
  const plugin = { kind: 'sink', name: 'ThingSink', version, aliases: [], definitions: [], secretKeys: [] };
  const manifest = { manifestVersion: 1, package: name, version, plugins: [plugin] };
  await writeFile(join(to, 'connect-plugin.json'), JSON.stringify(manifest));
}

describe('discovery of plugins', () => {
  it('reads packages in folders of plugin.path without running them, versions side by side', async () => {
    await writePackage('plugins/thing-1', 'thing', '1.0.0');
    await writePackage('plugins/@scope/thing-2', '@scope/thing', '2.0.0');

    const plugins = await discoverPlugins({ pluginPath: [join(folder, 'plugins')], projects: [], log });

    expect(plugins.map(({ description: { name, version } }) => `${name} ${version}`).sort()).toEqual([
      'ThingSink 1.0.0',
      'ThingSink 2.0.0',
    ]);
    expect(plugins.every(({ ref }) => ref.module?.endsWith('/plugin.js'))).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('finds the dependencies of a project as Node does', async () => {
    await writePackage('node_modules/thing', 'thing', '1.0.0');
    await writePackage('node_modules/other', 'other', '1.0.0');
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app', 'package.json'), JSON.stringify({ dependencies: { thing: '1', gone: '1' } }));

    const plugins = await discoverPlugins({ pluginPath: [], projects: [join(folder, 'app')], log });

    expect(plugins.map(({ location }) => location)).toEqual([join(folder, 'node_modules', 'thing')]);
  });

  it('leaves out, and tells of, what is broken or for another contract; the others are there', async () => {
    await writePackage('plugins/good', 'good', '1.0.0');
    await writePackage('plugins/broken', 'broken', '1.0.0');
    await rm(join(folder, 'plugins', 'broken', 'connect-plugin.json'));
    const connect = { entry: './plugin.js', manifest: './connect-plugin.json', api: '^9' };
    await writePackage('plugins/future', 'future', '1.0.0', { connect });

    const plugins = await discoverPlugins({ pluginPath: [join(folder, 'plugins')], projects: [], log });

    expect(plugins).toHaveLength(1);
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/connect-plugin-manifest/);
  });

  it.each([1, null, ['^1']])('says how the version of the contract is written where it is %j', async (api) => {
    const connect = { entry: './plugin.js', manifest: './connect-plugin.json', api };
    await writePackage('plugins/number', 'number', '1.0.0', { connect });

    expect(await discoverPlugins({ pluginPath: [join(folder, 'plugins')], projects: [], log })).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('as text, such as \\"^1\\"')]);
  });

  it('refuses a plugin.path that does not exist', async () => {
    const pluginPath = [join(folder, 'nowhere')];
    await expect(discoverPlugins({ pluginPath, projects: [], log })).rejects.toThrow(/plugin\.path names .*nowhere/);
  });
});
