/** `nx g @millrace/plugin:connector`: writes a connector that works, with its tests and README. */
import { readFileSync } from 'node:fs';
import { MillraceError } from '@millrace/base';
import { addDependenciesToPackageJson, joinPathFragments, type GeneratorCallback, type Tree } from '@nx/devkit';

import { connectorFiles } from './connector-files.ts';
import { checkName, unscoped, type ConnectorKind } from './connector-names.ts';

export interface ConnectorGeneratorOptions {
  /** Of the npm package, such as `my-source`. */
  readonly name: string;
  /** Default: what the name ends with, or `both`. */
  readonly kind?: ConnectorKind;
  /** Folder in the workspace. Default: the name without its scope. */
  readonly directory?: string;
}

/** Throws `MILLRACE_PLUGIN_INVALID_NAME` and `MILLRACE_PLUGIN_FOLDER_TAKEN`. */
export function connectorGenerator(tree: Tree, options: ConnectorGeneratorOptions): GeneratorCallback {
  const { name, kind = kindOf(name), directory = unscoped(name) } = options;
  checkName(name);
  if (tree.exists(directory)) {
    throw new MillraceError(
      'MILLRACE_PLUGIN_FOLDER_TAKEN',
      `${directory} is there already: name another one with --directory`,
    );
  }
  const millraceVersion = ownVersion();
  for (const [path, text] of Object.entries(connectorFiles({ name, kind, millraceVersion }))) {
    tree.write(joinPathFragments(directory, path), text);
  }
  return addDependenciesToPackageJson(
    tree,
    { '@millrace/connect-api': `^${millraceVersion}` },
    { '@millrace/connect-testkit': `^${millraceVersion}`, '@types/node': '>=22', typescript: '>=5.8' },
    undefined,
    true,
  );
}

function kindOf(name: string): ConnectorKind {
  if (/source$/i.test(name)) return 'source';
  return /sink$/i.test(name) ? 'sink' : 'both';
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
