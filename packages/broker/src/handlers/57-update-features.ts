/**
 * UpdateFeatures 0–2: moves features to other levels, of which this broker runs one each, the newest.
 *
 * A feature at its level is accepted and stays; an unknown feature, a level outside the range, a lower one in whatever way it is asked for →
 * INVALID_UPDATE_VERSION for the request as a whole, naming feature, level and range, or all features that are unknown. v0 and v1 list the features of a request that is accepted.
 * Differs from Apache Kafka: levels cannot be lowered. Pinned by test/cluster-admin.itest.ts.
 */
import { nearestName } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createUpdateFeaturesResponse,
  updateFeaturesRequest,
  updateFeaturesResponse,
  type UpdateFeaturesRequest,
  type UpdateFeaturesResponse,
} from '@millrace/protocol/messages/57-update-features';
import { CONTROLLER_FEATURES, FEATURES } from '../features.ts';
import { defineHandler } from './handler.ts';

type Update = UpdateFeaturesRequest['featureUpdates'][number];

/** Upgrade, safe downgrade, unsafe downgrade. */
const UPGRADE_TYPES: readonly number[] = [1, 2, 3];
/** From which a response has no list of features. */
const UNLISTED_VERSION = 2;
const FEATURE_NAMES = FEATURES.map(({ name }) => name);

export const updateFeaturesHandler = defineHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>({
  request: updateFeaturesRequest,
  response: updateFeaturesResponse,
  minVersion: 0,
  maxVersion: 2,
  handle({ apiVersion }, { featureUpdates }) {
    const unknown = featureUpdates.map(({ feature }) => feature).filter((name) => !FEATURE_NAMES.includes(name));
    if (unknown.length > 0) {
      const errorMessage = `nothing is changed: ${unknownProblem(unknown)}`;
      return createUpdateFeaturesResponse({ errorCode: ErrorCode.INVALID_UPDATE_VERSION, errorMessage });
    }
    for (const update of featureUpdates) {
      const problem = problemOf(update);
      if (problem === undefined) continue;
      const errorMessage = `level ${update.maxVersionLevel} of feature ${update.feature} is refused, and with it all: ${problem}`;
      return createUpdateFeaturesResponse({ errorCode: ErrorCode.INVALID_UPDATE_VERSION, errorMessage });
    }
    const results = featureUpdates.map(({ feature }) => ({ feature, errorCode: ErrorCode.NONE, errorMessage: null }));
    return createUpdateFeaturesResponse({
      errorMessage: null,
      results: apiVersion < UNLISTED_VERSION ? results : [],
    });
  },
  failure: (_request, errorCode) => createUpdateFeaturesResponse({ errorCode, errorMessage: null }),
});

function problemOf({ feature: name, maxVersionLevel: level, upgradeType }: Update): string | undefined {
  const feature = FEATURES.find((each) => each.name === name);
  if (feature === undefined) return unknownProblem([name]);
  if (!UPGRADE_TYPES.includes(upgradeType)) return `upgrade type ${upgradeType} does not exist`;
  const { minVersion, maxVersion, finalizedVersion } = feature;
  if (level < minVersion || level > maxVersion) return `this release knows the levels ${minVersion} to ${maxVersion}`;
  return level === finalizedVersion ? undefined : `this release always runs level ${finalizedVersion}`;
}

/** One sentence for all of them, since tools show it for each. */
function unknownProblem(names: readonly string[]): string {
  const what = names.length === 1 ? `there is no feature ${names[0]}` : `there are no features ${names.join(', ')}`;
  const nearest = names.length === 1 ? nearestFeature(names[0] ?? '') : undefined;
  if (nearest !== undefined) return `${what}: did you mean ${nearest}?`;
  const ofControllers = names.filter((name) => CONTROLLER_FEATURES.includes(name));
  const verb = ofControllers.length === 1 ? 'belongs' : 'belong';
  const why =
    ofControllers.length === 0
      ? ''
      : `; ${ofControllers.join(' and ')} ${verb} to the controllers of Apache Kafka, of which there are none here`;
  return `${what}, only ${FEATURE_NAMES.join(' and ')}${why}`;
}

/** All names end in `.version`, which makes none like another. */
function nearestFeature(name: string): string | undefined {
  const stemOf = (each: string): string => each.replace(/\..*$/, '');
  const nearest = nearestName(stemOf(name), FEATURE_NAMES.map(stemOf));
  return FEATURE_NAMES.find((each) => stemOf(each) === nearest);
}
