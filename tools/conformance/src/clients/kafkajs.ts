import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';

export const kafkajs: Client = {
  name: 'kafkajs',
  title: 'kafkajs',
  prepare: () =>
    Promise.resolve({
      command: process.execPath,
      args: [join(PROGRAMS_DIR, 'kafkajs', 'main.ts')],
      env: { KAFKAJS_NO_PARTITIONER_WARNING: '1', NODE_NO_WARNINGS: '1' },
    }),
};
