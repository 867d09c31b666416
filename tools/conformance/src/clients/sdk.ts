import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';

/** Our own client, which has to get along with both brokers as the others do. */
export const sdk: Client = {
  name: 'sdk',
  title: '@millrace/sdk',
  prepare: () =>
    Promise.resolve({
      command: process.execPath,
      args: ['--conditions=@millrace/source', join(PROGRAMS_DIR, 'sdk', 'main.ts')],
    }),
};
