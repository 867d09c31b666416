import { REFERENCE_SCRIPT } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { requireCommand } from '../toolchain.ts';

export const KAFKA_VERSION = '4.3.1';

/** JVM flags that suit many short programs on two cores. */
export const SMALL_JVM = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];

/** Fetches Kafka's jars (clients, tools, broker) once and returns the class path entry that holds them. */
export async function kafkaJars(): Promise<string> {
  await requireCommand('java', ['-version'], 'install a JDK 17 or newer');
  await requireCommand('mvn', ['-v'], 'install Maven 3.8 or newer');
  const printed = await runOrThrow('bash', [REFERENCE_SCRIPT, 'libs', KAFKA_VERSION]);
  return `${printed.trim().split('\n').at(-1) ?? ''}/*`;
}
