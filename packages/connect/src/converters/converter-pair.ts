import { defineConverter, type ConfigSpec, type Converter, type ConverterInstance } from '@millrace/connect-api';

import { BUILT_IN_VERSION } from '../built-in-version.ts';

/** A converter that serves keys, values and headers alike: Connect lists it twice. */
export function converterPair<C>(definition: {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly config: ConfigSpec<C>;
  create(config: C): ConverterInstance;
}): readonly [Converter<C>, Converter<C>] {
  return [
    defineConverter<C>({ ...definition, kind: 'converter', version: BUILT_IN_VERSION }),
    defineConverter<C>({ ...definition, kind: 'header_converter', version: BUILT_IN_VERSION }),
  ];
}
