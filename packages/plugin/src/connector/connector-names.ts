import { MillraceError } from '@millrace/base';

export type ConnectorKind = 'source' | 'sink' | 'both';

/** A name such as `my-source` as a class: `MySourceConnector`. What it is, is said once. */
export function connectorClass(name: string, kind: 'source' | 'sink'): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  if (words.at(-1)?.toLowerCase() === 'connector') words.pop();
  if (words.at(-1)?.toLowerCase() !== kind) words.push(kind);
  return `${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}Connector`;
}

/** Throws when it is no name of an npm package. */
export function checkName(name: string): void {
  if (/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z][a-z0-9._-]*$/.test(name)) return;
  throw new MillraceError(
    'MILLRACE_PLUGIN_INVALID_NAME',
    `${name} is no name of an npm package: use lower case letters, digits and dashes, such as my-source`,
  );
}

/** Of a package, without its scope. */
export function unscoped(name: string): string {
  return name.replace(/^@[^/]+\//, '');
}
