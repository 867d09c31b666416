import { silentLogger } from '@millrace/base';
import { ConfigResourceType, createMemoryMetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import { OperationKind, type ConfigOperation } from '../alter-configs.ts';
import { loadBrokerConfig } from '../broker-config.ts';
import { groupOverrides } from '../group-keys.ts';
import { groupResource } from './group-resource.ts';

async function setUp() {
  const metaStore = createMemoryMetaStore();
  await metaStore.open();
  const config = loadBrokerConfig(new Map([['group.consumer.heartbeat.interval.ms', '6000']]));
  const services = { nodeId: 1, config, logger: silentLogger, metaStore };
  const shown = (): string[] => {
    const entries = groupResource.describe(services, 'g', null);
    if ('errorCode' in entries) throw new Error(entries.errorMessage);
    return entries.map(({ name, value, configSource }) => `${name}=${value ?? ''} (${configSource})`);
  };
  /** Error code, 0 when it was stored. */
  const alter = async (...operations: readonly [name: string, kind: number, value: string | null][]) => {
    const target = groupResource.target(services, 'g');
    if ('errorCode' in target) return target.errorCode;
    const plan = target.plan(operations.map(([name, kind, value]): ConfigOperation => ({ name, kind, value })));
    if (!('changes' in plan)) return plan.errorCode;
    await metaStore.alterConfigs({ type: ConfigResourceType.group, name: 'g' }, plan.changes);
    return 0;
  };
  return { services, metaStore, shown, alter };
}

const { set, append } = OperationKind;
const remove = OperationKind.delete;
const SESSION = 'consumer.session.timeout.ms';
const HEARTBEAT = 'consumer.heartbeat.interval.ms';

describe('groupResource', () => {
  it("shows a group's own settings, else those of the broker", async () => {
    const { shown, alter } = await setUp();
    expect(shown()).toEqual([
      `${SESSION}=45000 (5)`,
      `${HEARTBEAT}=6000 (4)`,
      'consumer.assignment.interval.ms=1000 (5)',
    ]);
    expect(await alter([SESSION, set, '50000'], [HEARTBEAT, set, '07000'])).toBe(0);
    expect(shown().slice(0, 2)).toEqual([`${SESSION}=50000 (8)`, `${HEARTBEAT}=7000 (8)`]);
    expect(await alter([SESSION, remove, null])).toBe(0);
    expect(shown()[0]).toBe(`${SESSION}=45000 (5)`);
  });

  it.each<[string, [string, number, string | null], number]>([
    ['below what the broker allows', [SESSION, set, '1000'], ErrorCode.INVALID_CONFIG],
    ['above what the broker allows', [HEARTBEAT, set, '16000'], ErrorCode.INVALID_CONFIG],
    ['that is no number', [HEARTBEAT, set, 'soon'], ErrorCode.INVALID_CONFIG],
    ['that does not exist', ['consumer.sesion.timeout.ms', set, '1'], ErrorCode.INVALID_CONFIG],
    ['to append to', [HEARTBEAT, append, '1'], ErrorCode.INVALID_CONFIG],
    ['without a value', [HEARTBEAT, set, null], ErrorCode.INVALID_REQUEST],
  ])('refuses a setting %s', async (_, operation, expected) => {
    const { alter } = await setUp();
    expect(await alter(operation)).toBe(expected);
  });

  it('lists the groups that have settings, and gives them to the coordinator as numbers', async () => {
    const { services, metaStore, alter } = await setUp();
    expect(groupResource.list(services)).toEqual([]);
    await alter([SESSION, set, '50000']);
    expect(groupResource.list(services)).toEqual(['g']);
    expect(groupOverrides(metaStore.snapshot().configs.get('32:g'))).toEqual({ sessionTimeoutMs: 50_000 });
    expect(groupOverrides(undefined)).toBeUndefined();
  });

  it('needs the name of a group', async () => {
    const { services } = await setUp();
    expect(groupResource.target(services, '')).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
    expect(groupResource.describe(services, '', null)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
  });
});
