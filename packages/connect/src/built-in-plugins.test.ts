import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { pluginsPage } from '../reference/plugins-page.ts';
import { builtInPlugins } from './built-in-plugins.ts';
import { BUILT_IN_VERSION } from './built-in-version.ts';

describe('built-in plugins', () => {
  it('have the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(BUILT_IN_VERSION).toBe(version);
    expect(new Set(builtInPlugins.map((plugin) => plugin.version))).toEqual(new Set([version]));
  });

  it('are on the page docs/reference/connect-plugins.md; else run `nx run @millrace/connect:docs` and commit the result', () => {
    const page = readFileSync(join(__dirname, '../../../docs/reference/connect-plugins.md'), 'utf8');
    expect(page).toBe(pluginsPage());
  });

  it('have one name for each kind, and one Java class', () => {
    const names = builtInPlugins.flatMap(({ kind, name, aliases = [] }) =>
      [name, ...aliases].map((each) => `${kind} ${each}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(
    builtInPlugins.flatMap(({ kind, name, config }) =>
      config.definitions.map((each) => [`${kind} ${name}`, each.name, each.documentation] as const),
    ),
  )('document %s: %s', (_plugin, _setting, documentation) => {
    expect(documentation).toMatch(/^[A-Z].+\.$/s);
  });
});
