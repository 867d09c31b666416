import { posix } from 'node:path';
import { isGenerated } from './projects.ts';
import type { Check, Finding } from './repository.ts';

const NAMELESS = /^(?:utils?|helpers?|misc|common|shared|stuff)$/;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;

/** Files are named for what is in them, in kebab-case. */
export const fileNames: Check = {
  name: 'file-names',
  summary: 'source files are named for their content, in kebab-case',
  run(repository) {
    return repository.paths
      .filter((path) => /^(?:packages|apps|tools)\/.*\.(?:ts|mjs|cjs)$/.test(path) && !isGenerated(path))
      .flatMap((path): Finding[] => {
        const stem = posix.basename(path).replace(/\.(?:ts|mjs|cjs)$/, '');
        const words = [...posix.dirname(path).split('/').slice(2), ...stem.split(/[.-]/)];
        if (words.some((word) => NAMELESS.test(word))) {
          return [{ path, message: 'the name says nothing about the content; name it for its main export' }];
        }
        return KEBAB_CASE.test(stem) ? [] : [{ path, message: 'source files are named in kebab-case' }];
      });
  },
};
