import type { MessageCodec } from '@millrace/protocol';

/** Request and response codec of one API. */
export interface Api<Request, Response> {
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
}

/** A request, or what makes one for the version that both sides know. */
export type RequestFor<Request extends object> = Request | ((version: number) => Request);

/** What a broker answered. Record fields are slices of the response frame, whose memory is the receiver's to keep. */
export interface Answer<Response> {
  readonly response: Response;
  readonly version: number;
}

/** Versions of APIs and levels of features that one broker told of. */
export interface Served {
  readonly ranges: ReadonlyMap<number, { readonly min: number; readonly max: number }>;
  /** Finalized features of the cluster, such as `transaction.version`. */
  readonly features: ReadonlyMap<string, number>;
}

/** The newest version that both sides know, not above `versionMax`. Undefined when there is none. */
export function commonVersion(
  served: Served,
  {
    request,
  }: { readonly request: Pick<MessageCodec<never>, 'apiKey' | 'minVersion' | 'maxVersion' | 'latestVersionUnstable'> },
  versionMax = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const range = served.ranges.get(request.apiKey ?? -1);
  if (range === undefined) return undefined;
  const newest = request.latestVersionUnstable ? request.maxVersion - 1 : request.maxVersion;
  const version = Math.min(range.max, newest, versionMax);
  return version >= Math.max(range.min, request.minVersion) ? version : undefined;
}
