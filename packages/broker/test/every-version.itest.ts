import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { apiName, decodeResponseHeader, ErrorCode, Reader } from '@millrace/protocol';
import { API_CODECS } from '@millrace/protocol/messages/registry';
import { API_KEYS } from '@millrace/protocol';
import { HANDLERS } from '../src/handlers/registry.ts';
import { BrokerFixture } from './broker-fixture.ts';

/** Request bodies that Kafka's own client library wrote, with every field set in some of them. */
interface Vector {
  readonly name: string;
  readonly version: number;
  readonly hex: string;
}

const VECTORS = gunzipSync(readFileSync(join(import.meta.dirname, '../../protocol/vectors/messages.jsonl.gz')))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

const CASES = [...HANDLERS].flatMap(([apiKey, { request, maxVersion }]) =>
  Array.from({ length: maxVersion - request.minVersion + 1 }, (_, index) => {
    const version = request.minVersion + index;
    const bodies = VECTORS.filter((vector) => vector.name === request.name && vector.version === version);
    return { api: apiName(apiKey), apiKey, version, bodies };
  }),
);

describe('every version of every served API', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'group.min.session.timeout.ms': '1' } });
  });

  afterAll(() => fixture.close());

  it.each(CASES)('$api v$version answers whatever a client may say', async ({ apiKey, version, bodies }) => {
    expect(bodies.length).toBeGreaterThan(0);
    for (const { hex } of bodies) {
      const client = await fixture.connect();
      client.sendBody(apiKey, version, Buffer.from(hex, 'hex'));
      // Makes a fetch that would wait give way, and shows that the connection lives.
      client.sendBody(API_KEYS.ApiVersions, 0, Buffer.alloc(0));
      const frames: Buffer[] = [];
      try {
        frames.push(await client.receive('the request'));
        if (frames[0]?.readInt32BE(0) === 1) frames.push(await client.receive('the next request'));
      } catch (error) {
        // A produce without acknowledgement has no answer, and a bad one ends the connection.
        if (apiKey !== API_KEYS.Produce || !client.isEnded) throw error;
      }
      const [answer] = frames;
      if (answer?.readInt32BE(0) === 1) {
        const reader = new Reader(answer);
        decodeResponseHeader(reader, apiKey, version);
        const response = API_CODECS.get(apiKey)?.response.decode(reader, version);
        expect(reader.remaining).toBe(0);
        const text = JSON.stringify(response, (_key, value: unknown) =>
          typeof value === 'bigint' ? Number(value) : value,
        );
        expect(text).not.toContain(`"errorCode":${ErrorCode.UNKNOWN_SERVER_ERROR},`);
      } else {
        expect(apiKey).toBe(API_KEYS.Produce);
      }
      await client.close();
    }
    expect(fixture.logger.errors).toEqual([]);
  });
});
