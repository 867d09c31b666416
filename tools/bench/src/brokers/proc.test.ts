import { parseCpuSeconds, parseResidentBytes } from './proc.ts';

describe('parseCpuSeconds', () => {
  it('adds user and system time', () => {
    const stat = '4711 (node) S 1 4711 4711 0 -1 4194560 9000 0 5 0 1888 539 7 9 20 0 11 0 1234 0 0';

    expect(parseCpuSeconds(stat)).toBe(24.27);
  });

  it('is not led astray by brackets and spaces in the name', () => {
    const stat = '4711 (a) b (c) S 1 4711 4711 0 -1 4194560 9000 0 5 0 100 50 7 9 20 0 11 0 1234 0 0';

    expect(parseCpuSeconds(stat)).toBe(1.5);
  });

  it('refuses a line that is cut', () => {
    expect(() => parseCpuSeconds('4711 (node) S 1 4711')).toThrow(/no CPU time/);
  });
});

describe('parseResidentBytes', () => {
  it('reads VmRSS and not its peak', () => {
    expect(parseResidentBytes('Name:\tnode\nVmHWM:\t  422652 kB\nVmRSS:\t  404504 kB\n')).toBe(404_504 * 1024);
  });

  it('says that a process without memory has ended', () => {
    expect(() => parseResidentBytes('Name:\tnode\nState:\tZ (zombie)\n')).toThrow(/ended/);
  });
});
