import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
  createApiVersionsResponse,
} from '../generated/18-api-versions.ts';
import {
  createFetchResponse,
  createFetchResponseFetchableTopicResponse,
  createFetchResponsePartitionData,
  fetchResponse,
} from '../generated/01-fetch.ts';
import { createMetadataRequest, metadataRequest } from '../generated/03-metadata.ts';
import { decodeRequestHeader, decodeResponseHeader, encodeRequestFrame, encodeResponseFrame } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';

describe('request frames', () => {
  it('carry their length, header and message', () => {
    const request = createMetadataRequest({ topics: null });

    for (const version of [1, 8, 9, 13]) {
      const frame = Buffer.concat(encodeRequestFrame(metadataRequest, version, 77, 'tester', request));
      expect(frame.readInt32BE(0)).toBe(frame.length - 4);

      const reader = new Reader(frame, 4);
      const header = decodeRequestHeader(reader);

      expect(header).toEqual({ requestApiKey: 3, requestApiVersion: version, correlationId: 77, clientId: 'tester' });
      expect(metadataRequest.decode(reader, version).topics).toBeNull();
      expect(reader.remaining).toBe(0);
    }
  });

  it('have a header that can be read although the version is newer than any known', () => {
    const frame = Buffer.from('00120064000000050003616263000a', 'hex');

    expect(decodeRequestHeader(new Reader(frame))).toMatchObject({
      requestApiVersion: 100,
      correlationId: 5,
      clientId: 'abc',
    });
  });

  it('with an unknown key are refused by name', () => {
    expect(() => decodeRequestHeader(new Reader(Buffer.from('03e700000000000100', 'hex')))).toThrow(
      expect.objectContaining({ code: 'MILLRACE_PROTOCOL_UNKNOWN_API', details: { apiKey: 999 } }) as ProtocolError,
    );
  });
});

describe('response frames', () => {
  it('keep the plain header for ApiVersions in every version', () => {
    for (const version of [0, 3, 4]) {
      const frame = Buffer.concat(encodeResponseFrame(apiVersionsResponse, version, 5, createApiVersionsResponse()));
      const reader = new Reader(frame, 4);

      expect(decodeResponseHeader(reader, 18, version)).toEqual({ correlationId: 5 });
      expect(reader.position).toBe(8);
      expect(apiVersionsResponse.decode(reader, version).errorCode).toBe(0);
    }
  });

  it('send large record slices as they are', () => {
    const batch = Buffer.alloc(20_000, 3);
    const response = createFetchResponse({
      responses: [
        createFetchResponseFetchableTopicResponse({
          topic: 'orders',
          partitions: [createFetchResponsePartitionData({ records: [batch, batch] })],
        }),
      ],
    });

    const chunks = encodeResponseFrame(fetchResponse, 12, 9, response);

    expect(chunks.filter((chunk) => chunk === batch)).toHaveLength(2);
    const frame = Buffer.concat(chunks);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    const reader = new Reader(frame, 4);
    decodeResponseHeader(reader, 1, 12);
    const partition = fetchResponse.decode(reader, 12).responses[0]?.partitions[0];
    expect(partition?.records).toHaveLength(40_000);
  });

  it('refuse versions that the API does not have', () => {
    expect(() => encodeRequestFrame(apiVersionsRequest, 99, 1, null, createApiVersionsRequest())).toThrow(
      expect.objectContaining({ code: 'MILLRACE_PROTOCOL_UNSUPPORTED_VERSION' }) as ProtocolError,
    );
  });
});
