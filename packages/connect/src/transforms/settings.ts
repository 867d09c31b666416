import { c } from '@millrace/connect-api';

/** Shared by the transforms that have it. */
export const replaceNullWithDefault = {
  'replace.null.with.default': c
    .boolean()
    .default(true)
    .doc('Whether a field that is null and has a default gets the default. Otherwise it stays null.'),
};
