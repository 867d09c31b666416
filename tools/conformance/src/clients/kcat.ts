import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { MissingToolchain, probe } from '../toolchain.ts';

const DEBIAN_VERSION = '1.7.1';

export const kcat: Client = {
  name: 'kcat',
  title: 'kcat',
  async prepare() {
    if ((await probe('kcat', ['-V'])) === undefined) {
      const mayInstall = process.getuid?.() === 0 && (await probe('apt-get', ['--version'])) !== undefined;
      if (!mayInstall)
        throw new MissingToolchain('no kcat on this machine: install the package kcat (or run as root on Debian)');
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await runOrThrow('apt-get', ['update', '-qq'], { env });
      await runOrThrow('apt-get', ['install', '-y', '-qq', '--no-install-recommends', `kcat=${DEBIAN_VERSION}*`], {
        env,
      });
    }
    return { command: process.execPath, args: [join(PROGRAMS_DIR, 'kcat', 'main.ts')] };
  },
};
