import { isGenerated } from './projects.ts';
import type { Check, Finding } from './repository.ts';

/** Marks that must not be committed: a focused test silences its neighbours, a TODO without an issue is forgotten. */
export const sourceMarks: Check = {
  name: 'source-marks',
  summary: 'no focused tests, no TODO without an issue number',
  run(repository) {
    return repository.paths
      .filter((path) => /^(?:packages|apps|tools)\/.*\.(?:ts|mjs|cjs)$/.test(path) && !isGenerated(path))
      .flatMap((path) =>
        repository
          .read(path)
          .split('\n')
          .flatMap((line, index): Finding[] => {
            const message = judge(line);
            return message === undefined ? [] : [{ path: `${path}:${index + 1}`, message }];
          }),
      );
  },
};

function judge(line: string): string | undefined {
  if (/^\s*(?:describe|it|test)\.only\b|^\s*f(?:describe|it)\(/.test(line))
    return 'a focused test silences its neighbours';
  const note = /(?:\/\/|\*)\s*(?:TODO|FIXME|XXX)\b(.*)/.exec(line);
  return note !== null && !/#\d+/.test(note[1] ?? '') ? 'a TODO names its issue: TODO (#12)' : undefined;
}
