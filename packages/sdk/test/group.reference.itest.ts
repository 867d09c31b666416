import { groupScenarios } from './group-scenarios.ts';
import { describeWithReference, startReferenceBroker } from './reference-broker.ts';

describeWithReference('groups at Apache Kafka', () => {
  groupScenarios(async (settings) => {
    const kafka = await startReferenceBroker({ settings: [...settings] });
    return { address: kafka.plain, close: () => kafka.close() };
  });
});
