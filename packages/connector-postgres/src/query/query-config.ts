/** Settings of the source that asks again and again: names and meanings of the JDBC source connectors. */
import { c, config, type ConfigIssue, type Infer, type RefusedSetting } from '@millrace/connect-api';
import { connectionFields, timeoutFields, UNMASKED, valueFields } from '../source/source-config.ts';

const QUERY = 'What is read';

/** Passed over, it would let columns go out that somebody wanted to keep. */
const ALL_COLUMNS: RefusedSetting = {
  remedy: 'tables are read with all their columns: read a view, or set query to a SELECT of the wanted ones',
  unless: [''],
};

export const queryConfig = config(
  {
    ...connectionFields,
    ...timeoutFields,
    'topic.prefix': c
      .string()
      .validate((text) =>
        /^[a-zA-Z0-9._-]+$/.test(text) ? undefined : 'Only letters, digits, dot, underscore and hyphen',
      )
      .importance('high')
      .group(QUERY)
      .doc('First part of the names of topics: followed by .schema.table, or the whole name where query is set.'),
    mode: c
      .oneOf('bulk', 'incrementing', 'timestamp', 'timestamp+incrementing')
      .importance('high')
      .group(QUERY)
      .doc(
        'Which rows are new: all each time; those with a higher number; those that were changed later; or both (to find changed rows, exactly once).',
      ),
    'incrementing.column.name': c
      .string()
      .optional()
      .group(QUERY)
      .doc('Column whose value only rises from row to row, such as a key of a sequence.'),
    'timestamp.column.name': c
      .string()
      .optional()
      .group(QUERY)
      .doc('Column that is set to the time of each change. Rows where it is null are not read.'),
    'timestamp.initial': c
      .long()
      .optional()
      .group(QUERY)
      .doc('Only rows from there on, in milliseconds since 1970; everything when absent.'),
    'timestamp.delay.interval.ms': c
      .duration()
      .default(0)
      .atLeast(0)
      .group(QUERY)
      .doc('Rows are read when they are this old: for clocks that are not those of the database.'),
    'table.include.list': c
      .list(c.regex().transform((pattern) => new RegExp(pattern.source, 'i')))
      .default('')
      .synonym('table.whitelist')
      .importance('high')
      .group(QUERY)
      .doc(
        'Tables and views (schema.table) to read: regular expressions that match whole names. Either this or query.',
      ),
    query: c
      .string()
      .optional()
      .importance('high')
      .group(QUERY)
      .doc('SELECT to read from, without a condition for what is new: that is put around it.'),
    'poll.interval.ms': c.duration().default('5s').atLeast(1).group(QUERY).doc('Time between two looks for new rows.'),
    'table.poll.interval.ms': c
      .duration()
      .default('60s')
      .atLeast('100ms')
      .group(QUERY)
      .doc('Time between two looks for new tables.'),
    'batch.max.rows': c.int().default(2048).atLeast(1).group(QUERY).doc('Records that are handed on at once, at most.'),
    ...valueFields,
  },
  {
    check: (read) => [
      ...((read.tableIncludeList.length === 0) === (read.query === undefined)
        ? [{ message: 'set either table.include.list or query' }]
        : []),
      ...missing(
        read.mode.includes('incrementing'),
        'incrementing.column.name',
        read.incrementingColumnName,
        read.mode,
      ),
      ...missing(read.mode.includes('timestamp'), 'timestamp.column.name', read.timestampColumnName, read.mode),
    ],
    refused: {
      'column.mask.*': UNMASKED,
      'column.truncate.*': UNMASKED,
      'column.include.list': ALL_COLUMNS,
      'column.exclude.list': ALL_COLUMNS,
    },
  },
);

export type QueryConfig = Infer<typeof queryConfig>;

function missing(isNeeded: boolean, key: string, value: string | undefined, mode: string): ConfigIssue[] {
  return isNeeded && value === undefined ? [{ key, message: `${key} is needed by mode=${mode}` }] : [];
}
