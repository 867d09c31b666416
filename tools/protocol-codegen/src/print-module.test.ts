import { loadSchema } from './generate.ts';
import { codecName, printModule } from './print-module.ts';

const root = { project: 'library', specifier: () => '#runtime' };

function print(text: string): string {
  return printModule(loadSchema('00-x.kschema', text), root);
}

describe('printModule', () => {
  it('names its source and the command that made it', () => {
    expect(print('data X versions=0 flexible=none').split('\n')[0]).toBe(
      '// Generated from schemas/00-x.kschema by tools/protocol-codegen. Do not edit; run "nx run library:generate".',
    );
  });

  it('asks for the version only where versions differ', () => {
    const text = print(
      'data X versions=3-5 flexible=none\n  a int8 0+\n  b int32 4+\n  c int16 3-4\n  d int8 5\n  e int8 4',
    );

    expect(text).toContain('const a = r.int8();');
    expect(text).toContain('const b = v >= 4 ? r.int32() : 0;');
    expect(text).toContain('const c = v <= 4 ? r.int16() : 0;');
    expect(text).toContain('const eField = v === 4 ? r.int8() : 0;');
    expect(text).toContain('const d = v >= 5 ? r.int8() : 0;');
    expect(text).toContain('  let n = 1;\n  if (v >= 4) {\n    n += 4;\n  }');
  });

  it('decides between classic and compact lengths once per struct, or not at all', () => {
    expect(print('data X versions=0-1 flexible=none\n  a string 0+')).not.toContain('flexible ?');
    expect(print('data X versions=0-1 flexible=0+\n  a string 0+')).not.toContain('flexible ?');
    const mixed = print('data X versions=0-1 flexible=1+\n  a string 0+');
    expect(mixed).toContain('const flexible = v >= 1;');
    expect(mixed).toContain('const a = flexible ? r.compactString() : r.string();');
  });

  it('keeps the classic length of a field that asks for it', () => {
    expect(print('data X versions=0 flexible=0+\n  a string? 0+ flexible=none')).toContain(
      'const a = r.nullableString();',
    );
  });

  it('has no tag section in a message that is never flexible', () => {
    expect(print('data X versions=0 flexible=none\n  a int8 0+')).not.toMatch(/tagged/i);
  });

  it('refuses lost values unless the field is ignorable', () => {
    const text = print('data X versions=0-1 flexible=none\n  a int8 1+\n  b int8 1+ ignorable');

    expect(text).toContain("if (!(v >= 1) && m.a !== 0) throw unsupportedField('X', 'a', v);");
    expect(text).not.toContain("unsupportedField('X', 'b', v)");
  });

  it('tells the reader the least size of an array element', () => {
    const text = print('data X versions=0-1 flexible=1+\n  a []T 0+\n    b int32 0+\n    c string 0+\n  d []string 0+');

    expect(text).toContain('flexible ? r.compactArrayLength(6) : r.arrayLength(6)');
    expect(text).toContain('flexible ? r.compactArrayLength(1) : r.arrayLength(1)');
  });

  it('evades words of the language and of the generated code', () => {
    const text = print('data X versions=0 flexible=none\n  default int8 0+\n  v int8 0+\n  count int8 0+');

    expect(text).toContain('return { default: defaultField, v: vField, count: countField };');
  });

  it('joins blocks with the same condition', () => {
    const text = print('data X versions=0-1 flexible=none\n  a int8 1+ ignorable\n  b int8 1+ ignorable');

    expect(text).toContain('  if (v >= 1) {\n    w.int8(m.a);\n    w.int8(m.b);\n  }');
  });

  it('counts record slices only where there are any', () => {
    expect(print('data X versions=0 flexible=none\n  a records? 0+')).toContain('n += outOfLineBytes(m.a);');
    expect(print('data X versions=0 flexible=none\n  a bytes 0+')).toContain('outOfLineSize() {\n    return 0;');
  });

  it('notes versions, null and tags beside the description', () => {
    const text = print('data X versions=0-3 flexible=1+\n  a string 0+ null=2+ // Text.\n  b int8 1+ tag=4');

    expect(text).toContain('/** Text. (null in v2+) */');
    expect(text).toContain('/** (v1+, tag 4) */');
  });
});

describe('codecName', () => {
  it.each([
    ['FetchRequest', 'fetchRequest'],
    ['KRaftVersionRecord', 'kRaftVersionRecord'],
    ['TxnX', 'txnX'],
  ])('%s → %s', (name, expected) => {
    expect(codecName(name)).toBe(expected);
  });
});
