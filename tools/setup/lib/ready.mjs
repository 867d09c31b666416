/**
 * Brings the checkout into a state in which commands can run, and does nothing when it already is.
 *
 * Owns: the stamps that say for which lock file an installation was made.
 * Invariants: the stamp is written after a complete installation and removed before the next, so a set-up that was cut
 * off is repeated; the check of a ready checkout reads two lock files and starts no process.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMutex } from './mutex.mjs';
import { chooseNode, packagedNodePath, whyItDoesNotRun } from './node-runtime.mjs';
import { explainFailure, findNpm, npmCi } from './npm.mjs';

/** Something the user must do; the message is one whole line for the terminal. */
export class SetupError extends Error {}

/** @returns {Promise<{ nodePath: string }>} the Node that commands run on */
export async function ensureReady({ root, say, machine = process }) {
  const choice = chooseNode({ version: machine.version, platform: machine.platform, arch: machine.arch });
  if (choice.use === 'none') throw new SetupError(choice.reason);
  const installations = [{ folder: root, what: 'the dependencies', size: 'about a minute the first time' }];
  let nodePath = process.execPath;
  if (choice.use === 'packaged') {
    nodePath = packagedNodePath(root, choice.packageName);
    installations.unshift({
      folder: join(root, 'tools', 'setup', 'node'),
      what: `Node 24 (this machine has ${machine.version})`,
      size: 'about 60 MB, once',
      binary: nodePath,
    });
  }
  if (installations.every(isFresh)) return { nodePath };

  await withMutex(
    {
      path: join(root, '.millrace', 'setup.lock'),
      onWait: ({ pid }) => say(`process ${pid} is setting this checkout up; waiting for it`),
      onSteal: ({ pid }) => say(`process ${pid} left its set-up unfinished; taking over`),
    },
    async () => {
      // Whoever held the lock before us may have done it all.
      for (const installation of installations) if (!isFresh(installation)) await install(installation, say);
    },
  );
  return { nodePath };
}

async function install({ folder, what, size, binary }, say) {
  const { cli, rejected } = findNpm();
  if (cli === undefined) {
    const found = rejected.length === 0 ? 'no npm was found' : `only ${rejected.join(', ')} was found`;
    throw new SetupError(
      `npm 8 or newer is needed to install ${what}, and ${found}; install a current Node with its npm`,
    );
  }
  say(`installing ${what}: npm ci, ${size}`);
  rmSync(stampPath(folder), { force: true });
  const result = await npmCi({ cli, folder, say, what });
  if (!result.ok) throw new SetupError(`${what} could not be installed: ${explainFailure(result.output)}`);
  const trouble = binary === undefined ? undefined : whyItDoesNotRun(binary);
  if (trouble !== undefined) throw new SetupError(trouble);
  writeStamp(folder);
  say(`installed ${what} in ${result.seconds} s`);
}

function stampPath(folder) {
  return join(folder, 'node_modules', '.millrace-setup');
}

function lockDigest(folder) {
  const lock = readFileSync(join(folder, 'package-lock.json'));
  // node_modules holds binaries: a checkout shared by two platforms is installed anew for each.
  return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
}

function writeStamp(folder) {
  const path = stampPath(folder);
  if (existsSync(join(folder, 'node_modules'))) writeFileSync(path, lockDigest(folder));
}

function isFresh({ folder, binary }) {
  if (!existsSync(join(folder, 'node_modules')) || (binary !== undefined && !existsSync(binary))) return false;
  const stamp = stampPath(folder);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest(folder)) return true;
  if (!isInstalledByHand(folder)) return false;
  try {
    writeStamp(folder);
  } catch {
    // A read-only checkout is as good; the comparison is merely repeated next time.
  }
  return true;
}

/**
 * Somebody ran npm ci or npm install here. npm keeps its own record of what it put into node_modules: if every package
 * of the lock file is there in the same version (optional ones may be absent), nothing is left to do.
 */
function isInstalledByHand(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  try {
    const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(record, 'utf8')).packages;
    return Object.entries(wanted).every(([path, { version, link, optional, integrity }]) => {
      if (!path.startsWith('node_modules/')) return true;
      const found = present[path];
      if (found === undefined) return optional === true;
      return found.version === version && found.link === link && found.integrity === integrity;
    });
  } catch {
    return false;
  }
}
