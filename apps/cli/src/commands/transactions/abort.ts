import { KafkaError, oneOrThrow } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { parseWhole } from '../option-parsers.ts';
import { whyNotHanging } from './hanging.ts';

interface AbortOptions extends ClusterOptions {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly force?: true;
}

export function abortTransactionCommand(context: CliContext): Command {
  return clusterCommand('abort', 'end a hanging transaction on one partition, so that readers go on', [
    'millrace transactions abort --topic orders --partition 0 --start-offset 4711',
  ])
    .requiredOption('-t, --topic <topic>', 'topic that it wrote to')
    .requiredOption('-p, --partition <number>', 'partition that it wrote to', parseWhole)
    .requiredOption('--start-offset <offset>', 'where it begins: the offset at which read_committed stops', parseWhole)
    .option(
      '--force',
      'also when its coordinator knows it as open, or cannot be asked: its producer loses what it wrote there',
    )
    .action(async (options: AbortOptions) => {
      const { signal, output } = context;
      const { topic, partition, startOffset, force = false } = options;
      const producerId = await withAdmin(context, options, async (admin) => {
        const { producers } = oneOrThrow(await admin.describeProducers([{ topic, partition }], { signal }));
        const found = producers.find(({ transactionStartOffset }) => transactionStartOffset === startOffset);
        if (found === undefined) throw noSuchTransaction(options, producers);
        const { producerEpoch, coordinatorEpoch } = found;
        const transaction = { topic, partition, producerId: found.producerId, producerEpoch };
        const reason = force ? undefined : await whyNotHanging(admin, { ...transaction, startOffset }, signal);
        if (reason !== undefined) throw notHanging(options, found.producerId, reason);
        await admin.abortTransaction({ ...transaction, coordinatorEpoch }, { signal });
        return found.producerId;
      });
      const told = { topic, partition, startOffset, producerId: String(producerId) };
      if (options.json) output.line(JSON.stringify({ ...told, aborted: true }));
      else output.line(`aborted the transaction of producer ${told.producerId} on ${topic}[${String(partition)}]`);
    });
}

function notHanging({ topic, partition }: AbortOptions, producerId: bigint, reason: string): KafkaError {
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_STATE',
    `the transaction of producer ${String(producerId)} on ${topic}[${String(partition)}] is not known to hang, and was left alone: ` +
      `${reason}; give --force to abort it on this partition all the same`,
  );
}

function noSuchTransaction(
  { topic, partition, startOffset }: AbortOptions,
  producers: readonly { readonly transactionStartOffset: number | undefined }[],
): KafkaError {
  const open = producers.flatMap(({ transactionStartOffset: offset }) =>
    offset === undefined ? [] : [String(offset)],
  );
  const hint = open.length === 0 ? 'none is open there' : `those that are open begin at ${open.join(', ')}`;
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_STATE',
    `no transaction begins at offset ${String(startOffset)} of ${topic}[${String(partition)}]: ${hint}`,
  );
}
