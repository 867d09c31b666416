/** `errors.restart.*` of a connector: each overrides the worker's setting of the same name. */
import { c, config } from '@millrace/connect-api';

const GROUP = 'Error Handling';

export const restartFields = {
  'errors.restart.policy': c
    .oneOf('backoff', 'never')
    .optional()
    .group(GROUP, 20)
    .doc(
      'Whether the connector and its tasks are started again by themselves after a failure. By default as the worker has it.',
    ),
  'errors.restart.delay.ms': c
    .duration()
    .atLeast(1)
    .optional()
    .group(GROUP, 21)
    .doc(
      'Pause before the first automatic restart; it doubles each time, with jitter. By default as the worker has it.',
    ),
  'errors.restart.delay.max.ms': c
    .duration()
    .atLeast(1)
    .optional()
    .group(GROUP, 22)
    .doc('The longest pause before an automatic restart. By default as the worker has it.'),
  'errors.restart.max': c
    .int()
    .atLeast(-1)
    .optional()
    .group(GROUP, 23)
    .doc('Automatic restarts in a row at most; -1: without end. By default as the worker has it.'),
  'errors.restart.reset.ms': c
    .duration()
    .optional()
    .group(GROUP, 24)
    .doc('What has run that long begins to count its automatic restarts anew. By default as the worker has it.'),
};

export const restartConfig = config(restartFields);
