/** From the start of the broker's process to its first acknowledged record. */
import { cpuSecondsOf, residentBytesOf } from './proc.ts';
import { megabytes } from './figures.ts';
import type { Measure } from './measure-run.ts';
import { buildBatch, createTopics, produceFirstRecord } from './wire.ts';

export const START: Measure = {
  name: 'start',
  title: 'Start to first acknowledged record',
  method:
    'The process is started on a data folder with one topic, and a client that is already there tries every 2 ms to connect and produce ' +
    "one record (acks=all). Ours is the build, with Node's compile cache as `npm start` sets it.",
  keepsData: true,
  async run({ createBroker, hasData }) {
    const broker = await createBroker();
    const batch = buildBatch(1, 100);
    if (!hasData) {
      broker.spawn();
      await broker.ready();
      await createTopics(broker, [{ name: 'measured', partitions: 1 }]);
      await produceFirstRecord(broker, 'measured', batch);
      await broker.stop();
    }
    const began = performance.now();
    broker.spawn();
    await produceFirstRecord(broker, 'measured', batch);
    const startMs = performance.now() - began;
    const cpuSeconds = cpuSecondsOf(broker.pid);
    return { startMs, startCpuSeconds: cpuSeconds, residentMb: megabytes(residentBytesOf(broker.pid)) };
  },
};
