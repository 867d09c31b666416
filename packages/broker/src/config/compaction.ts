/**
 * What is said of compaction while this release does not compact: who asks for it is refused, and who has it from elsewhere is told.
 *
 * Topics of the broker's own have `compact` so that retention takes nothing of them; they are no concern here.
 */
import type { TopicMetadata } from '@millrace/metadata';
import { splitList } from './config-definition.ts';

const COMPACT = 'compact';
/** Topics named in one warning. */
const NAMED_TOPICS_MAX = 10;

export function asksForCompaction(policy: string | undefined): boolean {
  return policy !== undefined && splitList(policy).includes(COMPACT);
}

/** Why `key` (cleanup.policy, or the broker's default for it) cannot be set to `policy`. */
export function compactionRefusal(key: string, policy: string): string {
  return `${key}=${policy} is refused: compaction is not available in this version; use ${key}=delete`;
}

/** What to log at the start about topics that came from elsewhere with a policy that this release does not carry out. */
export function compactedTopicsNotice(topics: Iterable<TopicMetadata>): string | undefined {
  const names: string[] = [];
  for (const { name, configs, isInternal } of topics) {
    if (!isInternal && asksForCompaction(configs.get('cleanup.policy'))) names.push(name);
  }
  if (names.length === 0) return undefined;
  const named = names.slice(0, NAMED_TOPICS_MAX).join(', ');
  const more = names.length > NAMED_TOPICS_MAX ? ` and ${names.length - NAMED_TOPICS_MAX} more` : '';
  return (
    `compaction is not available in this version, but these topics have cleanup.policy with compact: ${named}${more}; ` +
    'they keep every record that retention does not take: set cleanup.policy=delete'
  );
}
