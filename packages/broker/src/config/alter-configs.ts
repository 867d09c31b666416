/**
 * What a request to alter settings comes to: pure decisions over the stored values of one resource. One wrong entry refuses them all.
 */
import { nearestName } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { brokerConfigKeys, type BrokerConfig } from './broker-config.ts';
import { BROKER_KEYS, isBrokerKey } from './broker-keys.ts';
import { describeRefusal, splitList, type ConfigDefinition } from './config-definition.ts';
import { FOREIGN_KEYS } from './foreign-keys.ts';
import { effectiveTopicConfig, topicConfigProblems } from './topic-config.ts';
import { isTopicKey, TOPIC_KEYS } from './topic-keys.ts';

export const OperationKind = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export interface ConfigOperation {
  readonly name: string;
  /** One of {@link OperationKind}, or whatever a client sent. */
  readonly kind: number;
  readonly value: string | null;
}

export interface AlterRefused {
  readonly errorCode: number;
  readonly errorMessage: string;
}

export interface AlterPlan {
  readonly errorCode: 0;
  /** Null removes a key. */
  readonly changes: ReadonlyMap<string, string | null>;
}

/** The operations of AlterConfigs: what is given is set, what is stored besides goes. */
export function replaceAll(
  current: ReadonlyMap<string, string>,
  entries: readonly { readonly name: string; readonly value: string | null }[],
): ConfigOperation[] {
  const kept = new Set(entries.map(({ name }) => name));
  return [
    ...entries.map(({ name, value }) => ({ name, kind: OperationKind.set, value })),
    ...[...current.keys()]
      .filter((name) => !kept.has(name))
      .map((name) => ({ name, kind: OperationKind.delete, value: null })),
  ];
}

export function planTopicAlteration(
  config: BrokerConfig,
  current: ReadonlyMap<string, string>,
  operations: readonly ConfigOperation[],
): AlterPlan | AlterRefused {
  const changes = new Map<string, string | null>();
  for (const operation of operations) {
    const { name } = operation;
    const malformed = malformation(operation, changes);
    if (malformed !== undefined) return malformed;
    if (operation.kind === OperationKind.delete || operation.value === null) {
      changes.set(name, null);
    } else if (operation.kind === OperationKind.set || !isTopicKey(name)) {
      changes.set(name, operation.value);
    } else {
      const items = effectiveTopicConfig(config, current, name).text ?? '';
      const listed = alteredList(operation, TOPIC_KEYS[name], items);
      if (typeof listed !== 'string') return listed;
      changes.set(name, listed);
    }
  }
  const next = new Map(current);
  for (const [name, value] of changes) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const problems = topicConfigProblems(config, next);
  if (problems.length > 0) return refused(ErrorCode.INVALID_CONFIG, problems.join('; '));
  return { errorCode: 0, changes: canonical(changes, (name) => (isTopicKey(name) ? TOPIC_KEYS[name] : undefined)) };
}

/** @param scope whether the settings are for one broker or for all of them */
export function planBrokerAlteration(
  config: BrokerConfig,
  scope: 'one' | 'all',
  operations: readonly ConfigOperation[],
): AlterPlan | AlterRefused {
  const changes = new Map<string, string | null>();
  for (const operation of operations) {
    const { name, kind, value } = operation;
    const malformed = malformation(operation, changes);
    if (malformed !== undefined) return malformed;
    if (kind === OperationKind.delete) {
      changes.set(name, null);
      continue;
    }
    if (!isBrokerKey(name)) return unknownBrokerKey(name);
    const definition: ConfigDefinition = BROKER_KEYS[name];
    if (definition.update === 'read-only' || (scope === 'all' && definition.update === 'per-broker')) {
      const problem =
        definition.update === 'read-only'
          ? 'cannot be changed while the broker runs: set it before the start'
          : 'cannot be changed for all brokers together: name one';
      return refused(ErrorCode.INVALID_REQUEST, `${name} ${problem}`);
    }
    let text = value ?? '';
    if (kind !== OperationKind.set) {
      const listed = alteredList(operation, definition, config.synonyms([name])[0]?.value ?? '');
      if (typeof listed !== 'string') return listed;
      text = listed;
    }
    // Apache Kafka answers a bad broker value with this code, and a bad topic value with INVALID_CONFIG.
    if (definition.parse(text) === undefined) {
      return refused(ErrorCode.INVALID_REQUEST, describeRefusal(name, text, definition));
    }
    changes.set(name, text);
  }
  const problems = config.contradictionsAfter(scope, changes);
  if (problems.length > 0) return refused(ErrorCode.INVALID_REQUEST, problems.join('; '));
  return { errorCode: 0, changes: canonical(changes, (name) => (isBrokerKey(name) ? BROKER_KEYS[name] : undefined)) };
}

/** What is wrong with an operation whatever it is about; `changes` are those before it. */
export function malformation(
  { name, kind, value }: ConfigOperation,
  changes: ReadonlyMap<string, string | null>,
): AlterRefused | undefined {
  if (changes.has(name)) return refused(ErrorCode.INVALID_REQUEST, `configuration ${name} stands in the request twice`);
  if (!(Object.values(OperationKind) as number[]).includes(kind)) {
    return refused(ErrorCode.INVALID_REQUEST, `operation ${kind} on configuration ${name} does not exist`);
  }
  if (value === null && kind !== OperationKind.delete) {
    return refused(
      ErrorCode.INVALID_REQUEST,
      `configuration ${name} comes without a value: delete it to use the default`,
    );
  }
  return undefined;
}

function alteredList(
  { name, kind, value }: ConfigOperation,
  definition: ConfigDefinition,
  currentText: string,
): string | AlterRefused {
  if (definition.type !== 'list') {
    const verb = kind === OperationKind.append ? 'append to' : 'subtract from';
    return refused(ErrorCode.INVALID_CONFIG, `cannot ${verb} configuration ${name}: it is no list`);
  }
  const items = splitList(currentText);
  const given = splitList(value ?? '');
  const altered =
    kind === OperationKind.append
      ? [...items, ...given.filter((item) => !items.includes(item))]
      : items.filter((item) => !given.includes(item));
  return altered.join(',');
}

function unknownBrokerKey(name: string): AlterRefused {
  if (FOREIGN_KEYS.has(name)) {
    return refused(ErrorCode.INVALID_REQUEST, `${name} has no effect here: ${FOREIGN_KEYS.get(name)?.reason}`);
  }
  const nearest = nearestName(name, brokerConfigKeys());
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  return refused(ErrorCode.INVALID_CONFIG, `there is no broker setting ${name}${hint}`);
}

function canonical(
  changes: ReadonlyMap<string, string | null>,
  definitionOf: (name: string) => ConfigDefinition | undefined,
): Map<string, string | null> {
  return new Map(
    [...changes].map(([name, text]) => [name, text === null ? null : (definitionOf(name)?.parse(text)?.text ?? text)]),
  );
}

export function refused(errorCode: number, errorMessage: string): AlterRefused {
  return { errorCode, errorMessage };
}
