#!/usr/bin/env node
/**
 * Writes the manifest of the plugin packages in the given folders (default: this one), from what their entries export, and the tables of
 * settings in their README.
 * `--check` writes nothing, and fails when one of these is not that of today.
 */
import { parseArgs } from 'node:util';

import { readPluginPackage, staleFiles, writeManifest } from '@millrace/connect-api/manifest';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const folders = positionals.length === 0 ? ['.'] : positionals;

if (values.help === true) {
  console.log(
    'usage: connect-plugin-manifest [--check] [FOLDER…]\nWrites the manifest of plugin packages; --check fails when it is not that of today.',
  );
}
for (const folder of values.help === true ? [] : folders) {
  const plugin = await readPluginPackage(folder);
  if (plugin === undefined) {
    console.error(`${folder} holds no plugin: its package.json needs "connect": { "entry", "manifest", "api" }`);
    process.exitCode = 1;
  } else if (values.check === true) {
    for (const path of await staleFiles(plugin)) {
      console.error(`${path} is not that of today: run connect-plugin-manifest`);
      process.exitCode = 1;
    }
  } else {
    const { plugins } = await writeManifest(plugin);
    console.log(`${plugin.manifestPath}: ${plugins.map(({ name }) => name).join(', ')}`);
  }
}
