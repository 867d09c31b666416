import type { Transform } from '@millrace/connect-api';

import { castTransforms } from './cast.ts';
import { extractNewRecordStateTransform } from './extract-new-record-state.ts';
import {
  extractFieldTransforms,
  flattenTransforms,
  hoistFieldTransforms,
  replaceFieldTransforms,
  valueToKeyTransform,
} from './fields.ts';
import { dropHeadersTransform, headerFromTransforms, insertHeaderTransform } from './headers.ts';
import { insertFieldTransforms } from './insert-field.ts';
import { maskFieldTransforms } from './mask-field.ts';
import { filterTransform, setSchemaMetadataTransforms } from './records.ts';
import { regexRouterTransform, timestampRouterTransform } from './routers.ts';
import { timestampConverterTransforms } from './timestamp-converter.ts';

/** Those that come with Kafka Connect, and Debezium's for its change events. */
export const transforms: readonly Transform[] = [
  ...castTransforms,
  dropHeadersTransform,
  ...extractFieldTransforms,
  extractNewRecordStateTransform,
  filterTransform,
  ...flattenTransforms,
  ...headerFromTransforms,
  ...hoistFieldTransforms,
  ...insertFieldTransforms,
  insertHeaderTransform,
  ...maskFieldTransforms,
  regexRouterTransform,
  ...replaceFieldTransforms,
  ...setSchemaMetadataTransforms,
  ...timestampConverterTransforms,
  timestampRouterTransform,
  valueToKeyTransform,
];
