/** Where and when a run was made. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { KAFKA_VERSION, type JavaToolchain } from './java.ts';

/** Other work on the machine changes the figures, so its load belongs to them. */
export function describeMachine(java?: JavaToolchain): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const kafka = java === undefined ? '' : `, Apache Kafka ${KAFKA_VERSION} on ${java.javaVersion}`;
  return `${processor}, ${availableParallelism()} cores, ${memory} GiB, load ${load} before it, Node ${process.versions.node}${kafka}`;
}

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
