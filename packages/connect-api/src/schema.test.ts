import { assertValue, decimal, s, schemaKey, schemasEqual, valueProblem, type Schema } from './index.ts';

const user = s.struct(
  {
    id: s.int64(),
    name: s.string({ optional: true, doc: 'How to call them.' }),
    balance: s.decimal(2),
    tags: s.array(s.string()),
    scores: s.map(s.string(), s.float64()),
    joined: s.timestamp({ optional: true }),
  },
  { name: 'example.User', version: 2 },
);

const ada = {
  id: 1n,
  name: 'Ada',
  balance: decimal('12.50'),
  tags: ['x'],
  scores: new Map([['chess', 1.5]]),
  joined: new Date(0),
};

describe('schemas', () => {
  it('are what Kafka Connect has, in order and frozen', () => {
    expect(user).toMatchObject({ type: 'struct', optional: false, name: 'example.User', version: 2 });
    expect(user.fields?.map(({ name }) => name)).toEqual(['id', 'name', 'balance', 'tags', 'scores', 'joined']);
    expect(s.decimal(2)).toEqual({
      type: 'bytes',
      optional: false,
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '2' },
    });
    expect(() => Object.assign(user, { name: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(user.fields?.[0] ?? {}, { name: 'x' })).toThrow(TypeError);
  });

  it('without options are one object each', () => {
    expect(s.int32()).toBe(s.int32());
    expect(s.optional(s.int32())).toBe(s.int32({ optional: true }));
    expect(s.required(s.optional(s.int32()))).toBe(s.int32());
    expect(s.optional(user)).toEqual({ ...user, optional: true });
  });

  it('do not have two fields of a name', () => {
    expect(() =>
      s.struct([
        { name: 'a', schema: s.int8() },
        { name: 'a', schema: s.int8() },
      ]),
    ).toThrow(/same name/);
  });

  it('are equal by what they mean', () => {
    const again = s.struct([...(user.fields ?? [])], { name: 'example.User', version: 2 });
    expect(again).not.toBe(user);
    expect(schemasEqual(again, user)).toBe(true);
    expect(schemasEqual(user, undefined)).toBe(false);
    expect(schemasEqual(undefined, undefined)).toBe(true);
    const different: readonly Schema[] = [
      s.int32(),
      s.int64(),
      s.int32({ optional: true }),
      s.int32({ doc: 'x' }),
      s.int32({ name: 'x' }),
      s.int32({ version: 1 }),
      s.int32({ default: 1 }),
      s.int32({ default: 2 }),
      s.float64({ default: 1.5 }),
      s.int64({ default: 2n ** 60n }),
      s.string({ default: '1' }),
      s.bytes({ default: Uint8Array.of(1) }),
      s.timestamp({ default: new Date(1) }),
      s.int32({ parameters: { a: '1' } }),
      s.array(s.int32()),
      s.array(s.int64()),
      s.map(s.string(), s.int32()),
      s.struct({ a: s.int32() }),
      s.struct({ b: s.int32() }),
      s.decimal(1),
      s.decimal(2),
    ];
    expect(new Set(different.map(schemaKey)).size).toBe(different.length);
    expect(schemaKey(s.int64({ default: 2n }))).toBe(schemaKey(s.int64({ default: 2 })));
  });
});

describe('values', () => {
  it('that are of their schema have no problem', () => {
    expect(valueProblem(user, ada)).toBeUndefined();
    expect(valueProblem(user, { ...ada, name: null, joined: undefined })).toBeUndefined();
    expect(valueProblem(s.int32({ default: 3 }), undefined)).toBeUndefined();
  });

  it.each([
    [{ ...ada, id: undefined }, 'value.id is missing, and is not optional'],
    [{ ...ada, id: '1' }, 'value.id is string, and its schema says int64'],
    [{ ...ada, id: 2n ** 63n }, 'value.id does not fit into int64'],
    [{ ...ada, id: 1.5 }, 'value.id is number, and its schema says int64'],
    [
      { ...ada, balance: 12.5 },
      'value.balance is number, and its schema says org.apache.kafka.connect.data.Decimal (bytes)',
    ],
    [{ ...ada, balance: decimal('1.5') }, 'value.balance has the scale 1, and its schema 2'],
    [{ ...ada, tags: ['x', 1] }, 'value.tags[1] is number, and its schema says string'],
    [{ ...ada, scores: { chess: 1 } }, 'value.scores is Object, and its schema says map'],
    [{ ...ada, scores: new Map([['chess', 'x']]) }, 'value.scores.values[0] is string, and its schema says float64'],
    [{ ...ada, joined: new Date(Number.NaN) }, /value.joined is Date/],
    [{ ...ada, extra: 1 }, 'value.extra is not a field of its schema'],
    [[ada], 'value is Array, and its schema says example.User (struct)'],
  ])('%# that are not say where and why', (value, message) => {
    const problem = valueProblem(user, value);
    if (typeof message === 'string') expect(problem).toBe(message);
    else expect(problem).toMatch(message);
    expect(() => assertValue(user, value)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_SCHEMA_MISMATCH' }),
    );
  });

  it.each([
    ['int8', 127, 128],
    ['int16', -32_768, -32_769],
    ['int32', 2_147_483_647, 2_147_483_648],
  ] as const)('of %s stay within its bits', (type, inside, outside) => {
    expect(valueProblem(s[type](), inside)).toBeUndefined();
    expect(valueProblem(s[type](), outside)).toBe(`value does not fit into ${type}`);
  });
});
