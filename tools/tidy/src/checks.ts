import { deadFiles } from './dead-files.ts';
import { docLinks } from './doc-links.ts';
import { errorCodes } from './error-codes.ts';
import { fileNames } from './file-names.ts';
import { indexFiles } from './index-files.ts';
import { lockFile } from './lock-file.ts';
import { manifests } from './manifests.ts';
import { packageReadmes } from './package-readmes.ts';
import type { Check } from './repository.ts';
import { sourceMarks } from './source-marks.ts';

/** Every check, in the order in which they are reported. */
export const CHECKS: readonly Check[] = [
  lockFile,
  manifests,
  deadFiles,
  indexFiles,
  fileNames,
  sourceMarks,
  packageReadmes,
  docLinks,
  errorCodes,
];
