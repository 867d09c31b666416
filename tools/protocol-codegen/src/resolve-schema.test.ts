import { parseSchema } from './parse-schema.ts';
import { resolveMessage, structTypeName } from './resolve-schema.ts';
import type { Message } from './schema.ts';

function resolve(text: string): Message {
  const [node] = parseSchema('x.kschema', text);
  if (node === undefined) throw new Error('no message');
  return resolveMessage('x.kschema', node);
}

function fields(lines: string, head = 'data X versions=0-4 flexible=2+'): Message {
  return resolve(`${head}\n${lines}`);
}

describe('resolveMessage', () => {
  it('lists structs outside in and knows in which versions they occur', () => {
    const message = fields(
      [
        '  outer []Outer 1+',
        '    inner Inner 1-3',
        '      a int8 0+',
        '  other Shared 4',
        '  struct Shared',
        '    b int8 0+',
      ].join('\n'),
    );

    expect(message.structs.map(({ typeName, reach }) => [typeName, reach.from, reach.to])).toEqual([
      ['X', 0, 4],
      ['XOuter', 1, 4],
      ['XShared', 4, 4],
      ['XInner', 1, 3],
    ]);
  });

  it('joins the versions of all places that use a struct', () => {
    const message = fields('  a Shared 0\n  b []Shared 3+\n  struct Shared\n    c int8 0+');

    expect(message.structs[1]).toMatchObject({ typeName: 'XShared', reach: { from: 0, to: 4 } });
  });

  it('does not double a name that a struct shares with its message', () => {
    expect(structTypeName('MetadataRequest', 'MetadataRequestTopic')).toBe('MetadataRequestTopic');
    expect(structTypeName('MetadataRequest', 'Topic')).toBe('MetadataRequestTopic');
  });

  it('gives records the default null and others what the schema says', () => {
    const [root] = fields(
      '  r records 0+\n  n int64 0+ default=-5\n  s string? 0+ default=null\n  t boolean 0+ default=true',
    ).structs;

    expect(root?.fields.map((field) => field.default)).toEqual([
      { kind: 'null' },
      { kind: 'number', value: '-5' },
      { kind: 'null' },
      { kind: 'boolean', value: true },
    ]);
  });

  it.each([
    ['data X flexible=none', 'X: versions=… is missing or malformed'],
    ['data X versions=0+ flexible=none', 'versions need a first and a last'],
    ['data X versions=0-4 flexible=1-2', 'once flexible, later versions stay flexible'],
    ['request X versions=0 flexible=none', 'requests and responses have a key'],
    ['data X key=3 versions=0 flexible=none', 'requests and responses have a key'],
    ['request X key=x versions=0 flexible=none', 'key "x" is no number'],
  ])('refuses a message: %s', (head, message) => {
    expect(() => resolve(head)).toThrow(message);
  });

  it.each([
    ['  a int8 x', '"x" is no version range'],
    ['  a int8 5+', 'the message has none of the versions 5+'],
    ['  a int8 0+\n  a int8 0+', 'field a is defined twice'],
    ['  a int8? 0+', 'int8 cannot be null'],
    ['  a string? 0+ null=1+', 'use either "?" or null=…'],
    ['  a string 0-1 null=2+', 'it is null in none of its versions'],
    ['  a string 0+ default=null', 'default=null but never null'],
    ['  a int8 0+ default=128', '"128" is no default for int8'],
    ['  a int8 0+ default=yes', '"yes" is no default for int8'],
    ['  a string 0+ default=x', '"x" is no default for string'],
    ['  a []int8 0+ default=3', 'default may only be null'],
    ['  a int8 1+ tag=0', 'only flexible versions have tags'],
    ['  a int8 2+ tag=0\n  b int8 2+ tag=0', 'tag 0 is given twice'],
    ['  a T? 2+ tag=0\n    b int8 2+', 'a tagged struct cannot be nullable'],
    ['  a []records 0+', 'arrays of records do not exist'],
    ['  a int8 0+\n    b int8 0+', 'int8 has no fields'],
    ['  a Missing 0+', 'type Missing is not defined'],
    ['  a T 0+\n    b int8 0+\n  c T 0+\n    d int8 0+', 'struct T is defined twice'],
    ['  struct T\n    b int8 0+', 'struct T is used by no field'],
    ['  a T 0+\n  struct T\n    b []T 0+', 'struct T contains itself'],
    ['  a T 0-1\n    b int8 3+', 'XT.b can occur in no version'],
    ['  a string 0+ flexible=2+', 'only flexible=none is known'],
  ])('refuses fields: %j', (lines, message) => {
    expect(() => fields(lines)).toThrow(message);
  });
});
