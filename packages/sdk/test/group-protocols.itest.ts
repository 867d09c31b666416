import { startBroker } from '@millrace/testing';
import { groupScenarios } from './group-scenarios.ts';

describe('groups at Millrace', () => {
  groupScenarios(async (settings) => {
    const config = Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]));
    const broker = await startBroker({ config });
    return { address: broker.brokers[0] ?? '', close: () => broker.close() };
  });
});
