import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';
import { kafkaJars, SMALL_JVM } from './jars.ts';

export const connect: Client = {
  name: 'connect',
  title: 'Kafka Connect',
  async prepare() {
    const jars = await kafkaJars();
    return {
      command: process.execPath,
      args: ['--conditions=@millrace/source', join(PROGRAMS_DIR, 'connect', 'main.ts')],
      env: { CONFORMANCE_CLASSPATH: jars, CONFORMANCE_JVM: SMALL_JVM.join(' ') },
    };
  },
};
