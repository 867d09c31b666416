/**
 * ApiVersions 0–5: what this broker serves, asked before anything else.
 *
 * v3+: the client names its software; a name or version outside letters, digits, `-` and `.` → INVALID_REQUEST.
 * v5+: the client names the cluster and node that it means; another one → REBOOTSTRAP_REQUIRED, half of the pair → INVALID_REQUEST.
 * The response header has no tagged fields in any version; an unknown version is answered in v0 by the dispatcher.
 * v3+: features. One whose range starts at 0 is left out of the supported ones below v4, as in Kafka: older clients cannot take a 0.
 * Differs from Apache Kafka: the features are those of ../features.ts, and their levels cannot be altered.
 * Pinned by test/18-api-versions.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsResponse,
  type ApiVersionsRequest,
  type ApiVersionsResponse,
} from '@millrace/protocol/messages/18-api-versions';
import { FEATURES } from '../features.ts';
import { defineHandler, type ApiHandler, type RequestContext } from './handler.ts';

/** One line of the answer. */
export interface ServedApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

const API_VERSIONS_KEY = 18;
/** From which a supported feature may have the version 0. */
const ZERO_FEATURE_VERSION = 4;
const SUPPORTED_FEATURES = FEATURES.map(({ name, minVersion, maxVersion }) => ({ name, minVersion, maxVersion }));
const FINALIZED_FEATURES = FEATURES.map(({ name, finalizedVersion }) => {
  return { name, minVersionLevel: finalizedVersion, maxVersionLevel: finalizedVersion };
});
/** Versions of the finalized features; they never change while a broker runs. */
const FEATURES_EPOCH = 0n;
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** @param served every API that the broker serves; asked for at each request, since the table holds this handler too */
export function createApiVersionsHandler(
  served: () => readonly ServedApi[],
): ApiHandler<ApiVersionsRequest, ApiVersionsResponse> {
  return defineHandler<ApiVersionsRequest, ApiVersionsResponse>({
    request: apiVersionsRequest,
    response: apiVersionsResponse,
    minVersion: 0,
    maxVersion: 5,
    handle(context, request) {
      const errorCode = check(context, request);
      if (errorCode !== ErrorCode.NONE) return createApiVersionsResponse({ errorCode });
      if (context.apiVersion >= 3) {
        context.connection.clientSoftwareName = request.clientSoftwareName;
        context.connection.clientSoftwareVersion = request.clientSoftwareVersion;
      }
      return createApiVersionsResponse({
        apiKeys: served(),
        supportedFeatures: SUPPORTED_FEATURES.filter(
          ({ minVersion }) => minVersion > 0 || context.apiVersion >= ZERO_FEATURE_VERSION,
        ),
        finalizedFeaturesEpoch: FEATURES_EPOCH,
        finalizedFeatures: FINALIZED_FEATURES,
      });
    },
    failure: (_request, errorCode) => createApiVersionsResponse({ errorCode }),
  });
}

/** The answer to a version that is not served, in v0: the range to choose from. */
export function unsupportedApiVersions(minVersion: number, maxVersion: number): ApiVersionsResponse {
  return createApiVersionsResponse({
    errorCode: ErrorCode.UNSUPPORTED_VERSION,
    apiKeys: [{ apiKey: API_VERSIONS_KEY, minVersion, maxVersion }],
  });
}

function check(context: RequestContext, request: ApiVersionsRequest): number {
  const { apiVersion, services } = context;
  if (apiVersion < 3) return ErrorCode.NONE;
  if (!SOFTWARE_NAME.test(request.clientSoftwareName) || !SOFTWARE_NAME.test(request.clientSoftwareVersion)) {
    return ErrorCode.INVALID_REQUEST;
  }
  if (apiVersion < 5) return ErrorCode.NONE;
  const { clusterId, nodeId } = request;
  if ((clusterId === null) !== nodeId < 0) return ErrorCode.INVALID_REQUEST;
  if (clusterId === null) return ErrorCode.NONE;
  const isMeant = clusterId === services.clusterId && nodeId === services.nodeId;
  return isMeant ? ErrorCode.NONE : ErrorCode.REBOOTSTRAP_REQUIRED;
}
