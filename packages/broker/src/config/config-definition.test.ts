import {
  atLeast,
  betweenOr,
  boolean,
  camelCase,
  describeRefusal,
  double,
  eachOf,
  int,
  list,
  long,
  LONG_MAX,
  oneOf,
  short,
  shownText,
  splitList,
  string,
  type ConfigDefinition,
} from './config-definition.ts';

const words = { importance: 'low', documentation: 'd' } as const;

/** The value, or the reason why there is none. */
function parsed<Value>(definition: ConfigDefinition<Value>, text: string): unknown {
  return definition.parse(text)?.value ?? 'refused';
}

describe('config definitions', () => {
  it.each([
    ['true', true],
    [' TRUE ', true],
    ['False', false],
    ['yes', 'refused'],
    ['', 'refused'],
    ['1', 'refused'],
  ])('reads boolean %j', (text, expected) => {
    expect(parsed(boolean(false, words), text)).toBe(expected);
  });

  it.each([
    ['7', 7],
    ['+7', 7],
    ['007', 7],
    [' -7 ', -7],
    ['2147483647', 2_147_483_647],
    ['2147483648', 'refused'],
    ['-2147483649', 'refused'],
    ['7.0', 'refused'],
    ['0x10', 'refused'],
    ['1e3', 'refused'],
    ['7 8', 'refused'],
    ['', 'refused'],
    ['٣', 'refused'],
  ])('reads int %j', (text, expected) => {
    expect(parsed(int(0, words), text)).toBe(expected);
  });

  it('holds short and long to their ranges', () => {
    expect(parsed(short(0, words), '32767')).toBe(32_767);
    expect(parsed(short(0, words), '32768')).toBe('refused');
    expect(parsed(long(0, words), '9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parsed(long(0, words), '9223372036854775808')).toBe('refused');
    expect(parsed(long(0, words), '-9223372036854775809')).toBe('refused');
  });

  it("caps numbers beyond JavaScript's exact ones and still shows them in full", () => {
    expect(long(LONG_MAX, words)).toMatchObject({
      defaultText: '9223372036854775807',
      defaultValue: Number.MAX_SAFE_INTEGER,
    });
    expect(long(0, words).parse('9223372036854775806')).toEqual({
      value: Number.MAX_SAFE_INTEGER,
      text: '9223372036854775806',
    });
    expect(long(0, words).parse('-9223372036854775808')).toEqual({
      value: -Number.MAX_SAFE_INTEGER,
      text: '-9223372036854775808',
    });
  });

  it.each([
    ['0.5', 0.5, '0.5'],
    ['.5', 0.5, '0.5'],
    ['1', 1, '1.0'],
    ['1e-2', 0.01, '0.01'],
  ])('reads double %j and shows it as Java does', (text, value, shown) => {
    expect(double(0, words).parse(text)).toEqual({ value, text: shown });
  });

  it.each(['NaN', 'Infinity', '1e999', '0.5f', '', 'x'])('refuses double %j', (text) => {
    expect(double(0, words).parse(text)).toBeUndefined();
  });

  it('reads lists without blanks and repeats', () => {
    expect(splitList(' a , b,a ')).toEqual(['a', 'b']);
    expect(splitList('  ')).toEqual([]);
    expect(list([], words).parse(' a , b,a ')).toEqual({ value: ['a', 'b'], text: 'a,b' });
    expect(list(null, words).defaultText).toBeNull();
  });

  it('holds values to what is allowed', () => {
    expect(parsed(int(0, { ...words, valid: atLeast(1) }), '0')).toBe('refused');
    expect(parsed(int(0, { ...words, valid: betweenOr(1, 9, -1) }), '-1')).toBe(-1);
    expect(parsed(int(0, { ...words, valid: betweenOr(1, 9, -1) }), '0')).toBe('refused');
    expect(parsed(string('a', { ...words, valid: oneOf('a', 'b') }), 'A')).toBe('refused');
    expect(parsed(list([], { ...words, valid: eachOf('a', 'b') }), 'a,c')).toBe('refused');
    expect(parsed(list([], { ...words, valid: eachOf('a', 'b') }), '')).toEqual([]);
  });

  it('names the setting, its type and the allowed values in a refusal', () => {
    const definition = int(0, { ...words, valid: atLeast(1) }) as ConfigDefinition;

    expect(describeRefusal('num.partitions', '0', definition)).toBe(
      'invalid value "0" for configuration num.partitions: must be of type INT with allowed values [1,...]',
    );
    expect(describeRefusal('a.password', 'hunter2', { ...definition, isSensitive: true })).not.toContain('hunter2');
  });

  it('shows values but those that are secret', () => {
    const definition = string(null, words) as ConfigDefinition;
    expect(shownText('a', definition)).toBe('a');
    expect(shownText('hunter2', { ...definition, isSensitive: true })).toBe('[hidden]');
    expect(shownText(null, { ...definition, isSensitive: true })).toBeNull();
  });

  it('names values in camelCase without our prefix', () => {
    expect(camelCase('log.retention.ms')).toBe('logRetentionMs');
    expect(camelCase('millrace.ops.port')).toBe('opsPort');
    expect(camelCase('listeners')).toBe('listeners');
  });
});
