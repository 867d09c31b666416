/** What AlterConfigs and IncrementalAlterConfigs share: each resource on its own, none twice. */
import { ErrorCode } from '@millrace/protocol';
import { alterConfigs, type AlterationServices, type OperationsFor } from '../config/config-alteration.ts';
import { splitRepeated } from './repeated-names.ts';

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

interface ResourceResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

export function alterResources<Asked extends Resource>(
  services: AlterationServices,
  resources: readonly Asked[],
  validateOnly: boolean,
  operationsOf: (resource: Asked) => OperationsFor,
): Promise<ResourceResult[]> {
  const { single } = splitRepeated(resources, keyOf);
  const once = new Set(single);
  return Promise.all(
    resources.map(async (resource) => {
      const { resourceType, resourceName } = resource;
      if (!once.has(resource)) {
        const errorMessage = 'the resource stands twice in the request';
        return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage, resourceType, resourceName };
      }
      const target = { type: resourceType, name: resourceName };
      const { errorCode, errorMessage } = await alterConfigs(services, target, operationsOf(resource), validateOnly);
      return { errorCode, errorMessage, resourceType, resourceName };
    }),
  );
}

function keyOf({ resourceType, resourceName }: Resource): string {
  return `${resourceType}:${resourceName}`;
}
