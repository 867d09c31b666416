/** Which tables and columns are captured: lists of regular expressions that match whole names, in any case. */
export interface FilterLists {
  readonly schemaInclude: readonly RegExp[];
  readonly schemaExclude: readonly RegExp[];
  readonly tableInclude: readonly RegExp[];
  readonly tableExclude: readonly RegExp[];
  readonly columnInclude: readonly RegExp[];
  readonly columnExclude: readonly RegExp[];
}

const SYSTEM_SCHEMAS = /^(pg_catalog|pg_toast|pg_temp_.*|pg_toast_temp_.*|information_schema)$/;

export class TableFilter {
  readonly #lists: FilterLists;
  readonly #decided = new Map<string, boolean>();

  constructor(lists: FilterLists) {
    this.#lists = lists;
  }

  /** Whether tables were named, rather than only left out. */
  get hasIncludes(): boolean {
    return this.#lists.schemaInclude.length + this.#lists.tableInclude.length > 0;
  }

  includesTable(schema: string, table: string): boolean {
    const name = `${schema}.${table}`;
    const decided = this.#decided.get(name);
    if (decided !== undefined) return decided;
    const { schemaInclude, schemaExclude, tableInclude, tableExclude } = this.#lists;
    const isIncluded =
      !SYSTEM_SCHEMAS.test(schema) &&
      passes(schema, schemaInclude, schemaExclude) &&
      passes(name, tableInclude, tableExclude);
    this.#decided.set(name, isIncluded);
    return isIncluded;
  }

  includesColumn(schema: string, table: string, column: string): boolean {
    const { columnInclude, columnExclude } = this.#lists;
    return passes(`${schema}.${table}.${column}`, columnInclude, columnExclude);
  }
}

function passes(name: string, include: readonly RegExp[], exclude: readonly RegExp[]): boolean {
  if (include.length > 0) return include.some((pattern) => pattern.test(name));
  return !exclude.some((pattern) => pattern.test(name));
}
