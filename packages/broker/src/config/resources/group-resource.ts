/** Settings of a consumer group; they may be there before the group is, and stay when it is gone. */
import { nearestName } from '@millrace/base';
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  malformation,
  OperationKind,
  refused,
  type AlterPlan,
  type AlterRefused,
  type ConfigOperation,
} from '../alter-configs.ts';
import type { BrokerConfig } from '../broker-config.ts';
import { ConfigSource } from '../config-source.ts';
import { asked, configEntry } from '../describe-configs.ts';
import { GROUP_KEYS, groupConfigProblems } from '../group-keys.ts';
import type { ConfigResourceKind, ResourceServices } from './config-resource-kind.ts';

const NOTHING: ReadonlyMap<string, string> = new Map();
const PREFIX = `${ConfigResourceType.group}:`;

export const groupResource: ConfigResourceKind = {
  describe(services, name, keys) {
    if (name === '') return refused(ErrorCode.INVALID_REQUEST, 'name one group');
    const own = stored(services, name);
    return Object.entries(GROUP_KEYS)
      .filter(([key]) => asked(keys)(key))
      .map(([key, { definition, fallback }]) => {
        const value = own.get(key);
        const inherited = services.config.synonyms([fallback]);
        const set = value === undefined ? [] : [{ name: key, value, source: ConfigSource.group }];
        const synonyms = [...set, ...inherited];
        return configEntry(key, definition, {
          value: synonyms[0]?.value ?? definition.defaultText,
          source: synonyms[0]?.source ?? ConfigSource.default,
          synonyms,
          readOnly: false,
        });
      });
  },
  target(services, name) {
    if (name === '') return refused(ErrorCode.INVALID_REQUEST, 'name one group');
    const current = stored(services, name);
    return { current, plan: (operations) => planGroupAlteration(services.config, current, operations) };
  },
  list: ({ metaStore }) =>
    [...metaStore.snapshot().configs.keys()]
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length)),
};

function planGroupAlteration(
  config: BrokerConfig,
  current: ReadonlyMap<string, string>,
  operations: readonly ConfigOperation[],
): AlterPlan | AlterRefused {
  const changes = new Map<string, string | null>();
  const next = new Map(current);
  for (const operation of operations) {
    const { name, kind, value } = operation;
    const malformed = malformation(operation, changes);
    if (malformed !== undefined) return malformed;
    const key = GROUP_KEYS[name];
    if (key === undefined) {
      const nearest = nearestName(name, Object.keys(GROUP_KEYS));
      const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
      return refused(ErrorCode.INVALID_CONFIG, `there is no group setting ${name}${hint}`);
    }
    if (kind === OperationKind.delete || value === null) {
      changes.set(name, null);
      next.delete(name);
    } else if (kind === OperationKind.set) {
      const text = key.definition.parse(value)?.text ?? value;
      changes.set(name, text);
      next.set(name, text);
    } else {
      return refused(ErrorCode.INVALID_CONFIG, `configuration ${name} is no list`);
    }
  }
  const problems = groupConfigProblems(config, next);
  if (problems.length > 0) return refused(ErrorCode.INVALID_CONFIG, problems.join('; '));
  return { errorCode: 0, changes };
}

function stored({ metaStore }: ResourceServices, name: string): ReadonlyMap<string, string> {
  return metaStore.snapshot().configs.get(`${PREFIX}${name}`) ?? NOTHING;
}
