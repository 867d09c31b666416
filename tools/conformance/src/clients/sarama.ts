import type { Client } from '../client.ts';
import { buildGoProgram } from './go-program.ts';

export const sarama: Client = {
  name: 'sarama',
  title: 'sarama',
  prepare: async () => ({ command: await buildGoProgram(), args: ['sarama'] }),
};
