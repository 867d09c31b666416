import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readManifest, readPluginPackage } from './index.ts';

const API = join(__dirname, '..', '..');

const PACKAGE = {
  name: 'greeter',
  version: '1.0.0',
  type: 'module',
  keywords: ['kafka-connect-plugin-js'],
  connect: { entry: './plugin.js', manifest: './connect-plugin.json', api: '^1' },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-plugin-'));
  await writePackage(PACKAGE);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function writePackage(packageJson: object): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson));
  await writeFile(
    join(folder, 'plugin.js'),
    `import { config, defineTransform } from ${JSON.stringify(join(API, 'src', 'index.ts'))};
     export const greeter = defineTransform({ name: 'Greeter', version: '1.0.0', config: config({}), create: () => (record) => record });`,
  );
}

function command(...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@millrace/source', join(API, 'bin', 'connect-plugin-manifest.mjs'), ...args],
    { encoding: 'utf8' },
  );
  return { status, output: stdout + stderr };
}

async function pluginPackage(): Promise<NonNullable<Awaited<ReturnType<typeof readPluginPackage>>>> {
  const plugin = await readPluginPackage(folder);
  if (plugin === undefined) throw new Error('not found to be a plugin');
  return plugin;
}

describe('a package of plugins', () => {
  it('is described by the manifest that the command writes', async () => {
    expect(command(folder)).toEqual({ status: 0, output: expect.stringContaining('Greeter') });

    const manifest = await readManifest(await pluginPackage());
    expect(manifest.plugins).toEqual([
      { kind: 'transformation', name: 'Greeter', version: '1.0.0', aliases: [], definitions: [], secretKeys: [] },
    ]);
  });

  it('fails the check when its manifest is not that of today', async () => {
    expect(command('--check', folder)).toMatchObject({
      status: 1,
      output: expect.stringContaining('is not that of today'),
    });
    command(folder);
    expect(command('--check', folder)).toEqual({ status: 0, output: '' });

    const path = join(folder, 'plugin.js');
    await writeFile(path, (await readFile(path, 'utf8')).replace("'Greeter'", "'Renamed'"));
    expect(command('--check', folder).status).toBe(1);
  });

  it('has the table of its settings in its README', async () => {
    const readme = join(folder, 'README.md');
    const path = join(folder, 'plugin.js');
    await writeFile(readme, '# Greeter\n\n<!-- settings of Greeter -->\nold\n<!-- end of settings -->\n\nThe end.\n');
    const source = (await readFile(path, 'utf8')).replace('import { config', 'import { c, config');
    await writeFile(
      path,
      source.replace(
        'config({})',
        `config({ 'greet.as': c.string().default('Hi').doc('Before | after.'), name: c.string() })`,
      ),
    );

    expect(command('--check', folder)).toMatchObject({
      status: 1,
      output: expect.stringContaining('README.md is not that'),
    });
    command(folder);

    expect(await readFile(readme, 'utf8')).toBe(`# Greeter

<!-- settings of Greeter -->

| setting    | type   | default      | what it does     |
| ---------- | ------ | ------------ | ---------------- |
| \`greet.as\` | string | \`Hi\`         | Before \\| after. |
| \`name\`     | string | **required** |                  |

<!-- end of settings -->

The end.
`);
    expect(command('--check', folder).status).toBe(0);
    await writeFile(readme, '<!-- settings of Other -->\n<!-- end of settings -->\n');
    expect(command(folder)).toMatchObject({ status: 1, output: expect.stringContaining('there is no such plugin') });
  });

  it('says what to do about a manifest that is missing or of another version', async () => {
    await expect(readManifest(await pluginPackage())).rejects.toThrow(/is missing: build greeter/);

    command(folder);
    await writePackage({ ...PACKAGE, version: '1.0.1' });
    await expect(readManifest(await pluginPackage())).rejects.toThrow(
      /is of greeter 1.0.0, and the package is greeter 1.0.1/,
    );
  });

  it('is not any other package', async () => {
    expect(await readPluginPackage(tmpdir())).toBeUndefined();
    await writePackage({ name: 'x', version: '1.0.0' });
    expect(await readPluginPackage(folder)).toBeUndefined();
    await writePackage({ ...PACKAGE, connect: undefined });
    await expect(readPluginPackage(folder)).rejects.toThrow(/lacks "connect"/);
    await writePackage({ ...PACKAGE, connect: { entry: './plugin.js' } });
    await expect(readPluginPackage(folder)).rejects.toThrow(/needs name, version/);
  });
});
