import { bigInt64, bytes, int32, int64, nullable, str, uuid } from './codecs.ts';
import type { Codec, DecodeContext, EncodeContext } from './codec.ts';
import { json, SchemaIssuesError } from './json.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import { topic, type AnyTopic, type MessageOf, type RecordFor } from './topic.ts';

const encoding: EncodeContext = { topic: 't', isKey: false, headers: [] };
const decoding: DecodeContext = { topic: 't', partition: 0, offset: 0, isKey: false, headers: [] };

/** What the codec makes of a value on its way there and back, with the bytes in a frame as the consumer has them. */
function roundTrip<I, O>(codec: Codec<I, O>, value: I): { readonly hex: string | null; readonly read: unknown } {
  const encoded = codec.encode(value, encoding);
  if (encoded === null) return { hex: null, read: codec.decode(null, decoding) };
  const body = Buffer.from(encoded as string);
  const frame = Buffer.concat([Buffer.from('xx'), body, Buffer.from('yy')]);
  const read = codec.decode(new Uint8Array(body), decoding);
  if (codec.decodeRange !== undefined) expect(codec.decodeRange(frame, 2, 2 + body.length, decoding)).toEqual(read);
  return { hex: body.toString('hex'), read };
}

describe('codecs', () => {
  it.each<[string, Codec<never, unknown>, unknown, string]>([
    ['str', str, 'grüße 😀', '6772c3bcc39f6520f09f9880'],
    ['int32', int32, -2, 'fffffffe'],
    ['int64', int64, -2, 'fffffffffffffffe'],
    ['int64 beyond 32 bits', int64, 2 ** 40 + 1, '0000010000000001'],
    ['bigInt64', bigInt64, -(2n ** 63n), '8000000000000000'],
    [
      'uuid',
      uuid,
      '0190f3a4-5b6c-7d8e-9f00-112233445566',
      Buffer.from('0190f3a4-5b6c-7d8e-9f00-112233445566').toString('hex'),
    ],
    ['json', json(), { a: [1, null] }, Buffer.from('{"a":[1,null]}').toString('hex')],
    ['nullable', nullable(str), 'a', '61'],
  ])("%s writes Java's bytes and reads them back", (_name, codec, value, hex) => {
    expect(roundTrip(codec, value as never)).toEqual({ hex, read: value });
  });

  it('keeps null and empty apart', () => {
    expect(roundTrip(nullable(str), null)).toEqual({ hex: null, read: null });
    expect(roundTrip(nullable(str), '')).toEqual({ hex: '', read: '' });
    expect(nullable(bytes).encode(new Uint8Array(0), encoding)).toHaveLength(0);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['null where it was not allowed', () => str.decode(null, decoding), /nullable\(\)/],
    ['null to send', () => str.encode(null as never, encoding), /nullable/],
    ['a number of the wrong kind', () => int32.encode(2 ** 31, encoding), /32 bits/],
    ['a fraction', () => int64.encode(0.5, encoding), /53 bits/],
    ['too few bytes', () => int64.decode(Buffer.alloc(4), decoding), /8 bytes are expected, not 4/],
    ['a number that is not exact', () => int64.decode(Buffer.from('7fffffffffffffff', 'hex'), decoding), /bigInt64/],
    ['what is no UUID', () => uuid.decode(Buffer.from('nonsense'), decoding), /UUID/],
    ['what JSON cannot write', () => json().encode(undefined, encoding), /undefined/],
    ['what is no JSON', () => json().decode(Buffer.from('{'), decoding), /JSON/],
  ])('refuses %s and says why', (_what, act, message) => {
    expect(act).toThrow(message);
  });

  it('never shows the text that it refuses', () => {
    expect(() => int32.encode('secret' as never, encoding)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

/** A schema as libraries make them: text with an optional default, turned into its length. */
function lengthSchema(isAsynchronous: boolean): StandardSchemaV1<{ text?: string }, { length: number }> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const { text = 'default' } = value as { text?: unknown };
        const result =
          typeof text === 'string'
            ? { value: { length: text.length } }
            : { issues: [{ message: 'is no text', path: ['text', { key: 0 }] }] };
        return isAsynchronous ? Promise.resolve(result) : result;
      },
    },
  };
}

describe.each([
  ['synchronous', false],
  ['asynchronous', true],
])('json with a %s schema', (_name, isAsynchronous) => {
  it('sends the value as given and reads what the schema makes of it', async () => {
    const codec = json(lengthSchema(isAsynchronous));

    expect(await codec.encode({}, encoding)).toBe('{}');
    expect(await codec.decode(Buffer.from('{}'), decoding)).toEqual({ length: 7 });
    expect(await codec.decode(Buffer.from('{"text":"ab"}'), decoding)).toEqual({ length: 2 });
  });

  it('refuses in both directions unless told otherwise', async () => {
    const codec = json(lengthSchema(isAsynchronous));
    const encode = async (each: typeof codec): Promise<unknown> => each.encode({ text: 1 as never }, encoding);
    const decode = async (each: typeof codec): Promise<unknown> => each.decode(Buffer.from('{"text":1}'), decoding);

    await expect(encode(codec)).rejects.toThrow('the test schema refuses the value: text.0: is no text');
    await expect(decode(codec)).rejects.toBeInstanceOf(SchemaIssuesError);
    expect(await encode(json(lengthSchema(isAsynchronous), { validate: 'read' }))).toBe('{"text":1}');
    expect(await decode(json(lengthSchema(isAsynchronous), { validate: 'write' }))).toEqual({ text: 1 });
    expect(await decode(json(lengthSchema(isAsynchronous), { validate: 'off' }))).toEqual({ text: 1 });
  });
});

describe('topic', () => {
  it('takes its types from its codecs', () => {
    const orders = topic('orders', { key: str, value: json<{ id: number }>() });
    const tombstones = topic('users', { key: str, value: nullable(int64) });
    const raw = topic('raw');

    const order: RecordFor<typeof orders> = { key: 'a', value: { id: 1 } };
    const gone: RecordFor<typeof tombstones> = { key: 'a', value: null, headers: { a: 'b' } };
    const bare: RecordFor<typeof raw> = { value: 'text' };
    // @ts-expect-error -- the key is required
    const keyless: RecordFor<typeof orders> = { value: { id: 1 } };
    // @ts-expect-error -- an order is no text
    const wrong: RecordFor<typeof orders> = { key: 'a', value: 'text' };
    const read = (message: MessageOf<typeof orders | typeof tombstones>): number =>
      message.topic === 'orders' ? message.value.id : (message.value ?? 0);
    const any: readonly AnyTopic[] = [orders, tombstones, raw];

    expect([order, gone, bare, keyless, wrong, read, any]).toHaveLength(7);
  });

  it.each(['', '.', '..', 'a b', 'ä', 'x'.repeat(250)])('refuses the name %j', (name) => {
    expect(() => topic(name)).toThrow(expect.objectContaining({ code: 'MILLRACE_CLIENT_INVALID_OPTION' }));
  });
});
