import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { CACHE_DIR, PROGRAMS_DIR } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { requireCommand } from '../toolchain.ts';

const VERSION = '2.16.1';

export const librdkafka: Client = {
  name: 'librdkafka',
  title: 'confluent-kafka for Python (librdkafka)',
  async prepare() {
    const home = join(CACHE_DIR, `confluent-kafka-${VERSION}`);
    const python = join(home, 'bin', 'python');
    if (!existsSync(join(home, '.complete'))) {
      await requireCommand('python3', ['-c', 'import venv, ensurepip'], 'install Python 3.9 or newer with venv');
      mkdirSync(CACHE_DIR, { recursive: true });
      await runOrThrow('python3', ['-m', 'venv', '--clear', home]);
      await runOrThrow(python, ['-m', 'pip', 'install', '-q', '--only-binary=:all:', `confluent-kafka==${VERSION}`]);
      writeFileSync(join(home, '.complete'), VERSION);
    }
    return { command: python, args: ['-u', '-B', join(PROGRAMS_DIR, 'python', 'main.py')] };
  },
};
