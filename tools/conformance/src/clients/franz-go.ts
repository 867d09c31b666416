import type { Client } from '../client.ts';
import { buildGoProgram } from './go-program.ts';

export const franzGo: Client = {
  name: 'franz-go',
  title: 'franz-go',
  prepare: async () => ({ command: await buildGoProgram(), args: [] }),
};
