/**
 * Altering the stored settings of one resource: decide, store, and wait until they are obeyed here.
 *
 * Invariants: alterations are stored one after the other, so that two appends to a list both count. Nobody waits for what another one's
 *   topic has to do to obey.
 */
import { messageOf, MillraceError } from '@millrace/base';
import type { ConfigResourceType, MetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import type { BrokerServices } from '../services.ts';
import { settledWithin } from '../topics/settle.ts';
import type { AlterRefused, ConfigOperation } from './alter-configs.ts';
import type { AlterTarget } from './resources/config-resource-kind.ts';
import { CONFIG_RESOURCES, unknownResourceType } from './resources/config-resources.ts';

export interface AlterationResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** The operations wanted, given what is stored, or why they cannot be. */
export type OperationsFor = (current: ReadonlyMap<string, string>) => readonly ConfigOperation[] | AlterRefused;

export type AlterationServices = Pick<
  BrokerServices,
  'nodeId' | 'config' | 'logger' | 'metaStore' | 'partitions' | 'timers'
>;

const SETTLE_MS_MAX = 10_000;
const DONE: AlterationResult = { errorCode: ErrorCode.NONE, errorMessage: null };
const lastAlteration = new WeakMap<MetaStore, Promise<unknown>>();

/** Resolves when the change is durable and obeyed by this broker; with `validateOnly`, when it is known whether it would be. */
export function alterConfigs(
  services: AlterationServices,
  resource: { readonly type: number; readonly name: string },
  operationsFor: OperationsFor,
  validateOnly: boolean,
): Promise<AlterationResult> {
  const { metaStore } = services;
  const turn = (lastAlteration.get(metaStore) ?? Promise.resolve()).then(() =>
    storeInTurn(services, resource, operationsFor, validateOnly),
  );
  lastAlteration.set(
    metaStore,
    turn.catch(() => undefined),
  );
  return turn.then((stored) => ('version' in stored ? whenObeyed(services, stored) : stored));
}

interface Stored {
  /** Of the metadata that has the change. */
  readonly version: number;
  /** The one topic that it concerns; undefined when others follow it too. */
  readonly topicId: string | undefined;
}

async function storeInTurn(
  services: AlterationServices,
  { type, name }: { readonly type: number; readonly name: string },
  operationsFor: OperationsFor,
  validateOnly: boolean,
): Promise<Stored | AlterationResult> {
  const { metaStore } = services;
  const target = targetOf(services, type, name);
  if ('errorCode' in target) return target;
  const operations = operationsFor(target.current);
  if ('errorCode' in operations) return operations;
  const plan = target.plan(operations);
  if (!('changes' in plan)) return plan;
  if (validateOnly) return DONE;
  try {
    if (target.apply !== undefined) {
      target.apply(plan.changes);
      return DONE;
    }
    await metaStore.alterConfigs({ type: type as ConfigResourceType, name }, plan.changes);
  } catch (error) {
    if (!MillraceError.is(error)) throw error;
    const isGone = error.code === 'MILLRACE_METADATA_UNKNOWN_TOPIC';
    const errorCode = isGone ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.KAFKA_STORAGE_ERROR;
    return { errorCode, errorMessage: messageOf(error) };
  }
  return { version: metaStore.snapshot().version, topicId: target.topic?.topicId };
}

async function whenObeyed(services: AlterationServices, { version, topicId }: Stored): Promise<AlterationResult> {
  if (await settledWithin(services, version, SETTLE_MS_MAX, topicId)) return DONE;
  return {
    errorCode: ErrorCode.REQUEST_TIMED_OUT,
    errorMessage: `the settings are stored, but not obeyed yet after ${SETTLE_MS_MAX} ms`,
  };
}

function targetOf(services: AlterationServices, type: number, name: string): AlterTarget | AlterRefused {
  return CONFIG_RESOURCES.get(type)?.target(services, name) ?? unknownResourceType(type);
}
