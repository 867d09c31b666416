import { join } from 'node:path';
import type { Client } from '../client.ts';
import { PROGRAMS_DIR } from '../paths.ts';
import { kafkaJars, SMALL_JVM } from './jars.ts';

export const kafkaTools: Client = {
  name: 'kafka-tools',
  title: "Kafka's command line tools",
  async prepare() {
    const jars = await kafkaJars();
    return {
      command: process.execPath,
      args: ['--conditions=@millrace/source', join(PROGRAMS_DIR, 'kafka-tools', 'main.ts')],
      env: { CONFORMANCE_CLASSPATH: jars, CONFORMANCE_JVM: SMALL_JVM.join(' ') },
    };
  },
};
