/** `table.name.format`: which table a record goes to. */
import { MillraceError } from '@millrace/base';

import type { TableName } from './sql-text.ts';

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/** Throws when there is something else in it than `${topic}` and `${source.…}`, or more than a schema and a table. */
export class TableNameFormat {
  readonly #parts: readonly string[];
  /** Whether it needs more of a record than its topic. */
  readonly usesSource: boolean;
  /** Of topics; only where nothing but the topic decides. */
  readonly #byTopic = new Map<string, TableName>();

  constructor(format: string) {
    for (const [all, name = ''] of format.matchAll(PLACEHOLDER)) {
      if (name !== 'topic' && !/^source\.\w+$/.test(name)) {
        throw new MillraceError(
          'MILLRACE_CONNECT_INVALID_CONFIG',
          `unknown placeholder ${all}: there are \${topic} and, of Debezium's records, \${source.schema}, \${source.table} and \${source.db}`,
        );
      }
    }
    this.usesSource = format.includes('${source.');
    this.#parts = format.split(/\.(?![^{]*\})/);
    if (this.#parts.length > 2 || this.#parts.some((part) => part === '')) {
      throw new MillraceError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        'expected a table, or a schema and a table with a dot between them',
      );
    }
  }

  /** Dots in a topic become underscores. Throws MILLRACE_CONNECT_POSTGRES_SINK_RECORD when the record has no such field. */
  tableOf(topic: string, source: Readonly<Record<string, unknown>> | undefined): TableName {
    if (!this.usesSource) {
      const known = this.#byTopic.get(topic);
      if (known !== undefined) return known;
    }
    const names = this.#parts.map((part) =>
      part.replace(PLACEHOLDER, (all, name: string) => {
        if (name === 'topic') return topic.replaceAll('.', '_');
        const value = source?.[name.slice('source.'.length)];
        if (typeof value === 'string' && value !== '') return value;
        throw new MillraceError(
          'MILLRACE_CONNECT_POSTGRES_SINK_RECORD',
          `table.name.format has ${all}, which a record of topic ${topic} does not have: only Debezium's change events do, before they are flattened`,
        );
      }),
    );
    const [first = '', second] = names;
    const table = second === undefined ? { schema: undefined, table: first } : { schema: first, table: second };
    if (!this.usesSource) this.#byTopic.set(topic, table);
    return table;
  }
}
