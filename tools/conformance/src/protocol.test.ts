import { parseMessage } from './protocol.ts';

describe('parseMessage', () => {
  it('reads the plan with version and cases', () => {
    expect(parseMessage('@@ plan\t2.2.4\theaders,interop')).toEqual({
      kind: 'plan',
      version: '2.2.4',
      cases: ['headers', 'interop'],
    });
  });

  it('reads the end of a case with its time and remark', () => {
    expect(parseMessage('@@ pass\theaders\t12\ta remark')).toEqual({
      kind: 'pass',
      name: 'headers',
      ms: 12,
      detail: 'a remark',
    });
    expect(parseMessage('@@ fail\theaders\t12\twhy')).toMatchObject({ kind: 'fail', detail: 'why' });
  });

  it('leaves lines alone that are log', () => {
    expect(parseMessage('connected')).toBeUndefined();
    expect(parseMessage('@ plan')).toBeUndefined();
  });

  it('refuses what it does not know, so that a mistake in a program is seen', () => {
    expect(() => parseMessage('@@ restart\tsoftly')).toThrow('unknown restart "softly"');
    expect(() => parseMessage('@@ hello')).toThrow('something unknown');
  });
});
