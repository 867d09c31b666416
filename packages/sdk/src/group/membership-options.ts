import {
  arrayOf,
  boolean,
  checkOptions,
  either,
  func,
  instance,
  invalidOption,
  milliseconds,
  oneOf,
  required,
  text,
  type OptionCheck,
} from '../options/check-options.ts';
import type { Assignor, RebalanceKind } from './assignor.ts';
import { BUILT_IN_ASSIGNORS } from './assignors/built-in.ts';
import type { GroupProtocol, MembershipOptions } from './membership.ts';

/** The options of a membership with every default filled in. */
export interface MembershipSettings {
  readonly groupId: string;
  readonly topics: readonly string[] | RegExp;
  readonly protocol: GroupProtocol | 'auto';
  readonly instanceId: string | null;
  readonly rack: string | undefined;
  readonly assignors: readonly Assignor[];
  /** What all the assignors can do. */
  readonly rebalanceKind: RebalanceKind;
  readonly serverAssignor: string | undefined;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly allowAutoCreation: boolean;
}

const WHERE = 'a group membership';

const isAssignor: OptionCheck = (value) => {
  if (typeof value === 'string') return Object.hasOwn(BUILT_IN_ASSIGNORS, value) ? undefined : 'a known name';
  const { name, assign, kind } = (value ?? {}) as Partial<Assignor>;
  const isRight = text(name) === undefined && func(assign) === undefined;
  return isRight && (kind === undefined || kind === 'eager' || kind === 'cooperative') ? undefined : 'an assignor';
};

const SPEC: Readonly<Record<string, OptionCheck>> = {
  groupId: required(text),
  topics: required(either(arrayOf(text, 'an array of topic names'), instance(RegExp))),
  protocol: oneOf('auto', 'classic', 'consumer'),
  instanceId: text,
  rack: text,
  assignors: arrayOf(
    isAssignor,
    `an array of ${Object.keys(BUILT_IN_ASSIGNORS).join(', ')} or objects with \`name\` and \`assign\``,
  ),
  serverAssignor: text,
  sessionTimeoutMs: milliseconds({ min: 1 }),
  heartbeatIntervalMs: milliseconds({ min: 1 }),
  rebalanceTimeoutMs: milliseconds({ min: 1 }),
  metadataMaxAgeMs: milliseconds({ min: 1 }),
  allowAutoCreation: boolean,
};

/** Throws MILLRACE_CLIENT_INVALID_OPTION. */
export function membershipSettings(options: MembershipOptions): MembershipSettings {
  checkOptions(WHERE, options, SPEC);
  const { sessionTimeoutMs = 45_000, heartbeatIntervalMs = Math.min(3_000, sessionTimeoutMs / 3) } = options;
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    const allowed = `below \`sessionTimeoutMs\` (${String(sessionTimeoutMs)}), best a third of it`;
    throw invalidOption(WHERE, 'heartbeatIntervalMs', heartbeatIntervalMs, allowed);
  }
  if (options.assignors?.length === 0) throw invalidOption(WHERE, 'assignors', options.assignors, 'not empty');
  if (options.assignors !== undefined && options.protocol === 'consumer') {
    const allowed = 'absent with the protocol `consumer`, whose assignors are the broker’s: see `serverAssignor`';
    throw invalidOption(WHERE, 'assignors', options.assignors, allowed);
  }
  const assignors = (options.assignors ?? ['cooperative-sticky']).map((each) =>
    typeof each === 'string' ? BUILT_IN_ASSIGNORS[each] : each,
  );
  const hasCustomAssignors = options.assignors !== undefined;
  return {
    groupId: options.groupId,
    topics: options.topics instanceof RegExp ? options.topics : [...options.topics],
    protocol:
      options.protocol === 'auto' || options.protocol === undefined ? automatic(hasCustomAssignors) : options.protocol,
    instanceId: options.instanceId ?? null,
    rack: options.rack,
    assignors,
    rebalanceKind: assignors.every(({ kind }) => kind === 'cooperative') ? 'cooperative' : 'eager',
    serverAssignor: options.serverAssignor,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 300_000,
    allowAutoCreation: options.allowAutoCreation ?? false,
  };
}

function automatic(hasCustomAssignors: boolean): GroupProtocol | 'auto' {
  return hasCustomAssignors ? 'classic' : 'auto';
}
