/** Moving features of the cluster to other levels (UpdateFeatures, KIP-584, KIP-1022). */
import { ErrorCode } from '@millrace/protocol';
import {
  createUpdateFeaturesRequest,
  updateFeaturesRequest,
  updateFeaturesResponse,
} from '@millrace/protocol/messages/57-update-features';
import { brokerError, KafkaError } from '../error.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';

export interface UpdateFeaturesOptions extends CallOptions {
  /** True changes nothing and tells whether it could be done. Default false. */
  readonly validateOnly?: boolean;
}

export interface FeatureUpdate {
  readonly name: string;
  /** From 0, which switches the feature off. */
  readonly level: number;
  /**
   * What may be done when the level is lower than the one that runs: nothing (default), lower it when nothing is lost, or lower it whatever is
   * lost.
   */
  readonly downgrade?: 'safe' | 'unsafe';
}

const UPGRADE = 1;
const DOWNGRADES = { safe: 2, unsafe: 3 } as const;
/** The first that can validate only, and that tells safe from unsafe. */
const TYPES_VERSION = 1;

/** All or none: a cluster that refuses one of them changes none. */
export async function updateFeatures(
  call: AdminCall,
  updates: readonly FeatureUpdate[],
  { validateOnly = false }: UpdateFeaturesOptions,
): Promise<void> {
  const what = 'updating features';
  return call.once(what, 'controller', async (target) => {
    const response = await target.send(
      { request: updateFeaturesRequest, response: updateFeaturesResponse },
      (version) => {
        if (validateOnly && version < TYPES_VERSION) {
          throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', `${what}: this cluster cannot validate only`);
        }
        return createUpdateFeaturesRequest({
          timeoutMs: call.brokerWaitMs,
          validateOnly,
          featureUpdates: updates.map(({ name, level, downgrade }) => ({
            feature: name,
            maxVersionLevel: level,
            allowDowngrade: version < TYPES_VERSION && downgrade !== undefined,
            upgradeType: downgrade === undefined ? UPGRADE : DOWNGRADES[downgrade],
          })),
        });
      },
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode, response.errorMessage);
    // Up to version 1 each feature has an answer of its own.
    const refused = response.results.find(({ errorCode }) => errorCode !== ErrorCode.NONE);
    if (refused === undefined) return;
    throw brokerError(`updating feature ${refused.feature}`, refused.errorCode, refused.errorMessage);
  });
}
