/**
 * The main job, end to end: a real data set sent with the SDK into a topic, processed by a group of three, with one member killed on the
 * way and the broker killed and restarted; then the books are checked, also by what another client reads.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafka } from '@millrace/sdk';
import { BrokerProcess } from '@millrace/testing';
import { ConsumerGroup } from './consumer-group.ts';
import { loadReplay } from './flights.ts';
import { Latencies } from './latencies.ts';
import { isClean, Ledger } from './ledger.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { count, Progress } from './progress.ts';
import { countRecords, createTopic, replay } from './replay.ts';
import { readWithKafkajs } from './stock-reader.ts';

const GROUP = 'flight-board';
const PARTITIONS = 6;
const MEMBERS = 3;
const TIME_LIMIT_MS = 58_000;
/** A demo has no time to wait three quarters of a minute for a member that was killed. */
const GROUP_SETTINGS = [
  'group.initial.rebalance.delay.ms=0',
  'group.consumer.min.heartbeat.interval.ms=500',
  'group.consumer.heartbeat.interval.ms=500',
  'group.consumer.min.session.timeout.ms=6000',
  'group.consumer.session.timeout.ms=6000',
];
const SYNC_COUNTER = 'millrace_journal_syncs_total';

async function runDemo(options: Options): Promise<boolean> {
  const out = process.stdout;
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-demo-'));
  const { events, expected } = await loadReplay(options.eventCount);
  const broker = new BrokerProcess({
    mainPath: fileURLToPath(new URL('../../../apps/broker/src/main.ts', import.meta.url)),
    dataDir,
    flags: ['--log-level', 'warn', ...GROUP_SETTINGS.flatMap((setting) => ['--set', setting])],
  });
  const ledger = new Ledger(expected);
  const progress = new Progress(out, events.length);
  const ackLatencies = new Latencies();
  const endToEndLatencies = new Latencies();
  let sent = 0;
  let disturbed = false;
  let syncsBeforeKill = 0;
  const allArrived = Promise.withResolvers<void>();

  let group: ConsumerGroup | undefined;
  try {
    const firstStartMs = await broker.start();
    const address = broker.addresses.kafka;
    await using cluster = kafka({ brokers: [address], clientId: 'flights' });
    progress.note(`broker ready in ${firstStartMs.toFixed(0)} ms on ${address}, data in ${dataDir}`);
    await createTopic(cluster, PARTITIONS);
    group = new ConsumerGroup({
      broker: address,
      groupId: GROUP,
      memberCount: MEMBERS,
      onMessage: (_member, message) => {
        if (message.kind !== 'processed') return;
        for (let index = 0; index < message.keys.length; index++) {
          ledger.deliver(message.keys[index] ?? '', message.values[index] ?? '');
          if (!disturbed) endToEndLatencies.add(message.receivedAtMs - (message.producedAtMs[index] ?? 0));
        }
        progress.update(sent, ledger.arrived);
        if (ledger.arrived === events.length) allArrived.resolve();
      },
    });
    await group.start(PARTITIONS);
    progress.note(
      `${count(events.length)} flights on ${count(expected.size)} routes, ${String(PARTITIONS)} partitions, group of ${String(MEMBERS)}`,
    );

    const members = group;
    const killMemberAt = Math.floor(events.length / 3);
    const killBrokerAt = Math.floor((events.length * 2) / 3);
    let memberKilled = false;
    let brokerKilled = false;
    const began = performance.now();
    await replay(events, {
      cluster,
      pace: options.pace,
      latencies: ackLatencies,
      onSent: async (total) => {
        sent = total;
        progress.update(sent, ledger.arrived);
        if (!memberKilled && total >= killMemberAt) {
          memberKilled = true;
          disturbed = true;
          const partitions = await members.kill('member-1');
          progress.note(`killed member-1 (kill -9), which owned partitions ${partitions.join(', ')}`);
        }
        if (!brokerKilled && total >= killBrokerAt) {
          brokerKilled = true;
          syncsBeforeKill = (await broker.readMetric(SYNC_COUNTER)) ?? 0;
          // Not awaited: the producer runs into the dead broker and has to cope, as it would in life.
          void broker
            .kill()
            .then(() => broker.start())
            .then((startMs) =>
              progress.note(`killed the broker (kill -9) and restarted it: ready after ${startMs.toFixed(0)} ms`),
            );
        }
      },
    });
    await allArrived.promise;
    const elapsedS = (performance.now() - began) / 1_000;
    progress.finish();

    const inTopic = await countRecords(cluster, PARTITIONS);
    const syncs = syncsBeforeKill + ((await broker.readMetric(SYNC_COUNTER)) ?? 0);
    const verdict = ledger.verdict();
    const readAgain = new Ledger(expected);
    await readWithKafkajs(address, inTopic, (key, value) => readAgain.deliver(key, value));
    const isReadAgain = isClean(readAgain.verdict(), events.length);
    const clean = isClean(verdict, events.length) && inTopic === events.length && isReadAgain;
    const rows: [string, string][] = [
      ['events sent', count(events.length)],
      ['in the topic', `${count(inTopic)} (idempotent producer: each exactly once)`],
      [
        'arrived',
        `${count(verdict.arrived)} on ${count(expected.size)} keys; redelivered after the crashes ${count(verdict.redelivered)}`,
      ],
      ['lost', count(verdict.missing)],
      ['out of order', count(verdict.outOfOrder)],
      ['checksums differing', `${count(verdict.altered)} of ${count(expected.size)}`],
      ['read by kafkajs', `${count(readAgain.arrived)}${isReadAgain ? ', the same in the same order' : ', DIFFERENT'}`],
      [
        'rate',
        `${count(Math.round(events.length / elapsedS))} events/s over ${elapsedS.toFixed(1)} s, both crashes included`,
      ],
      [
        'ack of 1,000 events',
        `p50 ${ackLatencies.quantile(0.5).toFixed(1)} ms, p99 ${ackLatencies.quantile(0.99).toFixed(1)} ms`,
      ],
      [
        'producer to consumer',
        `p50 ${endToEndLatencies.quantile(0.5).toFixed(0)} ms, p99 ${endToEndLatencies.quantile(0.99).toFixed(0)} ms (before the crashes)`,
      ],
      [
        'journal syncs',
        `${count(syncs)} for ${count(events.length)} events (${(events.length / Math.max(1, syncs)).toFixed(0)} events a sync)`,
      ],
    ];
    for (const [name, value] of rows) out.write(`${name.padEnd(22)}${value}\n`);
    out.write(clean ? 'OK: every event arrived, in order, unaltered\n' : 'FAILED: see the lines above\n');
    return clean;
  } finally {
    await group?.stop();
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function main(argv: readonly string[]): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(argv);
  } catch (error) {
    process.stderr.write(`demo: ${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const limit = setTimeout(() => {
    process.stderr.write(`demo: not done after ${String(TIME_LIMIT_MS / 1_000)} s; giving up\n`);
    process.exit(1);
  }, TIME_LIMIT_MS);
  try {
    return (await runDemo(options)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`demo: ${messageOf(error)}\n`);
    return 1;
  } finally {
    clearTimeout(limit);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
