import { openFilesMaxOf } from './open-files.ts';

function limits(soft: string): string {
  return (
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
    'Max processes             96418                96418                processes \n' +
    `Max open files            ${soft.padEnd(21)}1048576              files     \n`
  );
}

describe('the number of segment files that stay open', () => {
  it.each([
    ['1024', 512],
    ['20000', 10_000],
    ['1048576', 32_768],
    ['unlimited', 32_768],
  ])('is half of a limit of %s, up to a bound', (soft, expected) => {
    expect(openFilesMaxOf(() => limits(soft))).toBe(expected);
  });

  it('is a thousand where no limit is to be seen', () => {
    expect(openFilesMaxOf(() => 'something else')).toBe(1_000);
    expect(
      openFilesMaxOf(() => {
        throw new Error('ENOENT');
      }),
    ).toBe(1_000);
  });
});
