import { config } from '@millrace/connect-api';

/** Of plugins that have none. */
export const noSettings = config({});
