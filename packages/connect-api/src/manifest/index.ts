export {
  makeManifest,
  readManifest,
  readPluginPackage,
  staleFiles,
  writeManifest,
  type PluginPackage,
} from './plugin-package.ts';
export {
  CONNECT_API_VERSION,
  describePlugin,
  isApiSupported,
  isPlugin,
  manifestOf,
  parseManifest,
  PLUGIN_KEYWORD,
  pluginsOf,
  type PluginDescription,
  type PluginManifest,
} from './plugin-manifest.ts';
export { settingsTable, withSettingsTables } from './settings-table.ts';
