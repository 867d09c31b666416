import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';

export const platformatic: Client = {
  name: 'platformatic',
  title: '@platformatic/kafka',
  prepare: () => Promise.resolve({ command: process.execPath, args: [join(PROGRAMS_DIR, 'platformatic', 'main.ts')] }),
};
