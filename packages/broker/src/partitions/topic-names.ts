/** Where consumer groups and their offsets are kept. */
export const GROUP_TOPIC = '__consumer_offsets';
/** Where transactional ids and their transactions are kept. */
export const TRANSACTION_TOPIC = '__transaction_state';

/** Why a topic cannot have this name; undefined when it can. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'a topic name cannot be empty';
  if (name === '.' || name === '..') return `a topic name cannot be "${name}"`;
  if (name.length > NAME_LENGTH_MAX)
    return `a topic name has at most ${NAME_LENGTH_MAX} characters, not ${name.length}`;
  return NAME.test(name) ? undefined : `topic name "${name}" may hold only letters, digits, ".", "_" and "-"`;
}

/** Topics that the broker keeps its own state in, whether they exist yet or not. */
export function isInternalTopicName(name: string): boolean {
  return INTERNAL_NAMES.has(name);
}

const NAME_LENGTH_MAX = 249;
const NAME = /^[a-zA-Z0-9._-]+$/;
const INTERNAL_NAMES: ReadonlySet<string> = new Set([GROUP_TOPIC, TRANSACTION_TOPIC, '__share_group_state']);
