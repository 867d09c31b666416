import { parseSchema } from './parse-schema.ts';

const EXAMPLE = `# A comment.
request LendRequest key=7 versions=0-2 flexible=2+ unstable // Borrows books.
  reader   string   0+           // Who borrows.
  books    []Book?  1+  default=null tag=3
    title  string   1+
    pages  []int32  1+

  place    Place    0+
  struct Place // Where to.
    street string   0+

data Note versions=0 flexible=none
`;

describe('parseSchema', () => {
  it('reads messages, fields, attributes, descriptions and nesting', () => {
    const [request, note] = parseSchema('x.kschema', EXAMPLE);

    expect(request).toMatchObject({ kind: 'request', name: 'LendRequest', doc: 'Borrows books.', line: 2 });
    expect(Object.fromEntries(request?.attributes ?? [])).toEqual({
      key: '7',
      versions: '0-2',
      flexible: '2+',
      unstable: '',
    });
    expect(
      request?.fields.map(({ name, typeName, isArray, isNullable }) => [name, typeName, isArray, isNullable]),
    ).toEqual([
      ['reader', 'string', false, false],
      ['books', 'Book', true, true],
      ['place', 'Place', false, false],
    ]);
    expect(request?.fields[1]?.fields.map(({ name }) => name)).toEqual(['title', 'pages']);
    expect(request?.fields[1]?.attributes.get('tag')).toBe('3');
    expect(request?.structs).toMatchObject([{ name: 'Place', doc: 'Where to.', fields: [{ name: 'street' }] }]);
    expect(note).toMatchObject({ kind: 'data', name: 'Note', fields: [] });
  });

  it.each([
    ['answer X versions=0', '1: "answer" is no message kind'],
    ['data note versions=0', '1: "note" is no message name'],
    ['data X versions=0 size=3', '1: unknown attribute "size"; known are key, versions, flexible, unstable'],
    ['data X versions=0 versions=1', '1: attribute "versions" is given twice'],
    ['  a int8 0+', '1: expected a message at the start of the line'],
    ['data X versions=0\n   a int8 0+', '2: indentation of 3 spaces'],
    ['data X versions=0\n\ta int8 0+', '2: tab found'],
    ['data X versions=0\n    a int8 0+', '2: line is indented too deeply'],
    ['data X versions=0\n  Name int8 0+', '2: "Name" is no field name'],
    ['data X versions=0\n  a int8[] 0+', '2: field a: "int8[]" is no type'],
    ['data X versions=0\n  a int8', '2: field a: versions are missing'],
    ['data X versions=0\n  a int8 0+ deflt=3', '2: unknown attribute "deflt"'],
    ['data X versions=0\n  // alone', '2: a description needs something to describe'],
    ['data X versions=0\n  struct place', '2: "place" is no struct name'],
    [`data X versions=0\n${'  '.repeat(20)}a int8 0+`, '2: nesting deeper than 16 levels'],
  ])('names the line of a mistake: %j', (text, message) => {
    expect(() => parseSchema('x.kschema', text)).toThrow(`x.kschema:${message}`);
  });
});
