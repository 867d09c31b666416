import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { CACHE_DIR, PROGRAMS_DIR } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { requireCommand } from '../toolchain.ts';
import { kafkaJars, SMALL_JVM } from './jars.ts';

export const java: Client = {
  name: 'java',
  title: 'Java kafka-clients',
  async prepare() {
    await requireCommand('javac', ['-version'], 'install a JDK 17 or newer');
    const jars = await kafkaJars();
    const sources = join(PROGRAMS_DIR, 'java');
    const classes = join(CACHE_DIR, 'java-classes');
    mkdirSync(classes, { recursive: true });
    const files = readdirSync(sources).filter((name) => name.endsWith('.java'));
    await runOrThrow('javac', [
      '-Xlint:all,-serial',
      '-cp',
      jars,
      '-d',
      classes,
      ...files.map((name) => join(sources, name)),
    ]);
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
    return { command: 'java', args: [...SMALL_JVM, quiet, '-cp', `${classes}:${jars}`, 'Main'] };
  },
};
