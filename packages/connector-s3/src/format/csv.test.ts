import { LogicalName, type InRecord, type Schema } from '@millrace/connect-api';
import { csv } from './csv.ts';

const of = (type: Schema['type'], more: Partial<Schema> = {}): Schema => ({ type, optional: true, ...more });

function lineOf(value: unknown, valueSchema?: Schema): string {
  const encoder = csv({ fields: ['value'], separator: ',', hasHeader: false }).open('t');
  encoder.append({ value, ...(valueSchema === undefined ? {} : { valueSchema }), headers: [] } as unknown as InRecord);
  return Buffer.from(encoder.finish() ?? []).toString();
}

describe('a line of CSV', () => {
  it('has float32 by their own digits', () => {
    const schema = of('struct', { fields: ['a', 'b'].map((name) => ({ name, schema: of('float32') })) });
    expect(lineOf({ a: Math.fround(0.1), b: Math.fround(1e10) }, schema)).toBe('0.1,10000000000\n');
  });

  it('has dates and times of every year', () => {
    const schema = of('struct', {
      fields: [
        { name: 'day', schema: of('int32', { name: LogicalName.date }) },
        { name: 'at', schema: of('int32', { name: LogicalName.time }) },
      ],
    });
    expect(lineOf({ day: new Date('+012026-03-01T00:00:00Z'), at: new Date(1_500) }, schema)).toBe(
      '+012026-03-01,00:00:01.500\n',
    );
  });

  it('does not have an invalid date', () => {
    expect(() => lineOf({ at: new Date(Number.NaN) })).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
        message: 'field "at" is an invalid date',
      }),
    );
  });
});
