/**
 * What is said of compaction while this release does not carry it out.
 *
 * A compacted log may keep every record, since nobody is promised when it is cleaned: so a topic can have the policy (ADR 0017), and whoever
 * gives it one is told what that costs, then and at each start. As the default of all topics it is refused. Topics of the broker's own
 * have `compact` so that retention takes nothing of them; they are no concern here.
 */
import type { Logger } from '@millrace/base';
import type { TopicMetadata } from '@millrace/metadata';
import { splitList } from './config-definition.ts';

export const CLEANUP_POLICY = 'cleanup.policy';
export const DEFAULT_CLEANUP_POLICY = 'log.cleanup.policy';

const COMPACT = 'compact';
/** Topics named in one warning. */
const NAMED_TOPICS_MAX = 10;

export function asksForCompaction(policy: string | undefined): boolean {
  return policy !== undefined && splitList(policy).includes(COMPACT);
}

/** Why compaction cannot be the default of topics. */
export function defaultCompactionRefusal(policy: string): string {
  return (
    `${DEFAULT_CLEANUP_POLICY}=${policy} is refused: compaction comes with a later version, and until then every topic without a policy of ` +
    `its own would only grow; use ${DEFAULT_CLEANUP_POLICY}=delete, and set ${CLEANUP_POLICY}=compact on the topics that need it`
  );
}

/** Warns that a topic with policy `after` grows, unless it had compaction before. */
export function warnOfCompaction(
  logger: Logger,
  topic: string,
  before: string | undefined,
  after: string | undefined,
): void {
  if (after === undefined || !asksForCompaction(after) || asksForCompaction(before)) return;
  const kept = splitList(after).includes('delete')
    ? 'keeps every record that retention does not take; retention.ms and retention.bytes bound it'
    : `keeps every record; to bound it set ${CLEANUP_POLICY} to compact,delete with retention.ms or retention.bytes, or to delete`;
  logger.warn(`compaction comes with a later version: until then the topic ${kept}`, { topic, policy: after });
}

/** What to log at the start about the topics whose policy this release does not carry out. */
export function compactedTopicsNotice(topics: Iterable<TopicMetadata>): string | undefined {
  const names: string[] = [];
  for (const { name, configs, isInternal } of topics) {
    if (!isInternal && asksForCompaction(configs.get(CLEANUP_POLICY))) names.push(name);
  }
  if (names.length === 0) return undefined;
  const named = names.slice(0, NAMED_TOPICS_MAX).join(', ');
  const more = names.length > NAMED_TOPICS_MAX ? ` and ${names.length - NAMED_TOPICS_MAX} more` : '';
  return (
    `compaction comes with a later version: until then these topics keep every record that retention does not take: ${named}${more}; ` +
    `to bound them set ${CLEANUP_POLICY} to compact,delete with retention.ms or retention.bytes, or to delete`
  );
}
