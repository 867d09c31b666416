import { InvalidArgumentError, type Command } from 'commander';
import type { Output } from '../../output.ts';
import {
  collectName,
  collectPair,
  parseCount,
  topicsCommand,
  withAdmin,
  type TopicsOptions,
} from './topics-options.ts';

interface AlterOptions extends TopicsOptions {
  readonly partitions?: number;
  readonly config?: ReadonlyMap<string, string>;
  readonly deleteConfig?: readonly string[];
}

export function alterTopicCommand(output: Output): Command {
  return topicsCommand('alter', 'change settings of a topic or add partitions')
    .argument('<topic>')
    .option('-p, --partitions <count>', 'new number of partitions; it can only grow', parseCount)
    .option('-c, --config <key=value>', 'set a setting, repeatable', collectPair)
    .option('-d, --delete-config <key>', 'return a setting to its default, repeatable', collectName)
    .action(async (topic: string, options: AlterOptions) => {
      const changes = new Map<string, string | null>(options.config);
      for (const key of options.deleteConfig ?? []) changes.set(key, null);
      if (changes.size === 0 && options.partitions === undefined) {
        throw new InvalidArgumentError('nothing to change: give --partitions, --config or --delete-config');
      }
      await withAdmin(options, async (admin) => {
        if (changes.size > 0) await admin.alterConfigs(topic, changes);
        if (options.partitions !== undefined) await admin.setPartitionCount(topic, options.partitions);
      });
      output.line(options.json ? JSON.stringify({ name: topic, altered: true }) : `altered topic ${topic}`);
    });
}
