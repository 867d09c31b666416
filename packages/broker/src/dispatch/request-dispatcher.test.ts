import { assert, silentLogger, systemClock, noMetrics } from '@millrace/base';
import { encodeRequestFrame, ErrorCode, Reader, type MessageCodec } from '@millrace/protocol';
import {
  createMetadataRequest,
  createMetadataResponse,
  metadataRequest,
  metadataResponse,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { closeConnection, defineHandler, noResponse, type ApiHandler } from '../handlers/handler.ts';
import type { BrokerServices } from '../services.ts';
import type { PendingRequest, RequestOwner } from './pending-request.ts';
import { RequestDispatcher } from './request-dispatcher.ts';
import { RequestMetrics } from './request-metrics.ts';

const VERSION = 9;
const METADATA = 3;

describe('RequestDispatcher', () => {
  let broken: Error[];

  beforeEach(() => {
    broken = [];
  });

  const dispatch = async (
    handle: ApiHandler<unknown, unknown>['handle'],
    frame = frameOf(metadataRequest, VERSION, createMetadataRequest({ topics: [] })),
    releasing: { readonly releasesFrame?: boolean; readonly released?: Buffer[] } = {},
  ): Promise<PendingRequest> => {
    const handler = defineHandler({
      request: metadataRequest,
      response: metadataResponse,
      minVersion: 0,
      maxVersion: 12,
      ...(releasing.releasesFrame === undefined ? {} : { releasesFrame: releasing.releasesFrame }),
      handle,
      failure: (_request: unknown, errorCode: number) => createMetadataResponse({ topics: [topicWith(errorCode)] }),
    });
    const dispatcher = new RequestDispatcher({
      handlers: new Map([[METADATA, handler]]),
      services: {} as BrokerServices,
      metrics: new RequestMetrics(noMetrics, [METADATA]),
      clock: systemClock,
      logger: silentLogger,
      onBrokenInvariant: (error) => broken.push(error),
    });
    const { promise, resolve } = Promise.withResolvers<PendingRequest>();
    const releaseFrame = (bytes: Buffer): unknown => releasing.released?.push(bytes);
    const owner = { requestCompleted: resolve, releaseFrame } as unknown as RequestOwner;
    const request = dispatcher.accept(owner, frame);
    dispatcher.start(request);
    return promise;
  };

  const answerOf = (request: PendingRequest) => {
    const reader = new Reader(Buffer.concat(request.output), 4);
    expect(reader.int32()).toBe(7);
    reader.taggedFields();
    return metadataResponse.decode(reader, VERSION);
  };

  it('encodes what a handler returns, at once or later', async () => {
    const response = createMetadataResponse({ clusterId: 'here' });
    for (const handle of [() => response, () => Promise.resolve(response)]) {
      expect(answerOf(await dispatch(handle)).clusterId).toBe('here');
    }
  });

  it('hands the decoded message and the context to the handler', async () => {
    const request = await dispatch((context, message) => {
      expect([context.apiKey, context.apiVersion, context.correlationId, context.clientId]).toEqual([3, 9, 7, 'me']);
      expect(message).toMatchObject({ topics: [] });
      return createMetadataResponse();
    });
    expect(request.outcome).toBe('answer');
  });

  it("gives a frame's memory back when a handler that is done with it has settled, not before and not after a failure", async () => {
    const released: Buffer[] = [];
    const frame = frameOf(metadataRequest, VERSION, createMetadataRequest({ topics: [] }));
    const settle: PromiseWithResolvers<MetadataResponse>[] = [];
    const handle = (): Promise<MetadataResponse> => {
      const settled = Promise.withResolvers<MetadataResponse>();
      settle.push(settled);
      return settled.promise;
    };
    const run = (): Promise<PendingRequest> => dispatch(handle, frame, { releasesFrame: true, released });
    const [first, second] = [run(), run()];
    expect(released).toEqual([]);

    settle[0]?.resolve(createMetadataResponse());
    expect((await first).outcome).toBe('answer');
    settle[1]?.reject(new Error('a bug'));
    await second;
    expect(released).toEqual([frame]);

    const kept = dispatch(() => createMetadataResponse(), frame, { released });
    expect((await kept).outcome).toBe('answer');
    expect(released).toHaveLength(1);
  });

  it('answers UNKNOWN_SERVER_ERROR when a handler throws or rejects', async () => {
    const fail = (): never => {
      throw new Error('a bug');
    };
    for (const handle of [fail, () => Promise.reject(new Error('a bug'))]) {
      const { topics } = answerOf(await dispatch(handle));
      expect(topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
    }
    expect(broken).toEqual([]);
  });

  it('answers UNKNOWN_SERVER_ERROR when an answer cannot be expressed in the version', async () => {
    const unencodable = createMetadataResponse({ topics: [{ ...topicWith(0), name: null }] });
    const { topics } = answerOf(await dispatch(() => unencodable));
    expect(topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
  });

  it('reports a broken invariant as fatal', async () => {
    await dispatch(() => {
      assert(false, 'the log is inside out');
    });
    expect(broken.map(({ message }) => message)).toEqual(['the log is inside out']);
  });

  it.each([
    [noResponse, 'silence'],
    [closeConnection, 'close'],
  ])('passes on %p', async (result, outcome) => {
    expect((await dispatch(() => result)).outcome).toBe(outcome);
  });

  it.each([
    ['an unknown API', Buffer.from([0, 99, 0, 0, 0, 0, 0, 7, 255, 255])],
    ['a version above the newest', Buffer.from([0, 3, 0, 13, 0, 0, 0, 7, 255, 255, 0])],
    ['a version that the handler does not serve', Buffer.from([0, 3, 255, 255, 0, 0, 0, 7, 255, 255])],
    ['a header that ends early', Buffer.from([0, 3, 0, 5, 0])],
    ['no header at all', Buffer.alloc(0)],
    ['a body that ends early', Buffer.from([0, 3, 0, 5, 0, 0, 0, 7, 255, 255, 0, 0])],
  ])('ends the connection on %s, without asking the handler', async (_what, frame) => {
    const request = await dispatch(() => {
      throw new Error('the handler was asked');
    }, frame);
    expect(request.outcome).toBe('close');
  });
});

function frameOf<T>(codec: MessageCodec<T>, version: number, message: T): Buffer {
  return Buffer.concat(encodeRequestFrame(codec, version, 7, 'me', message)).subarray(4);
}

function topicWith(errorCode: number) {
  return {
    errorCode,
    name: 'x',
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: 0,
  };
}
