import type { Plugin } from '@millrace/connect-api';

import { byteArrayConverters } from './converters/byte-array-converter.ts';
import { jsonConverters } from './converters/json/json-converters.ts';
import { primitiveConverters } from './converters/primitive-converters.ts';
import { simpleHeaderConverter } from './converters/simple-header-converter.ts';
import { stringConverters } from './converters/string-converter.ts';
import { fileStreamConnectors } from './file-stream/file-stream-connectors.ts';
import { predicates } from './predicates/predicates.ts';
import { transforms } from './transforms/built-in-transforms.ts';

/** Everything that comes with the worker: converters, transforms and predicates, with the Java classes they stand for as aliases. */
export const builtInPlugins = [
  ...jsonConverters,
  ...stringConverters,
  ...byteArrayConverters,
  ...primitiveConverters,
  simpleHeaderConverter,
  ...transforms,
  ...predicates,
  ...fileStreamConnectors,
] as readonly Plugin[];
