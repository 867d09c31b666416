import { assert, MillraceError } from '@millrace/base';

import type { ConfigKind } from './config-kinds.ts';
import type { ConfigDefinition, ConfigImportance } from './config-spec.ts';

/** What is set (text, defaults included), for what depends on other settings. */
export type SettingLookup = (name: string) => string | undefined;

/** The part of a Standard Schema (zod, valibot, arktype, TypeBox and others) that is used here. */
export interface StandardSchema<I, O> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult<O> | Promise<StandardResult<O>>;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

type StandardResult<O> =
  { readonly value: O; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string }[] };

/** A step after parsing: throws when the value is not allowed, else returns the value to go on with. */
type Step = (value: unknown) => unknown;

/** Everything that is known of a setting but its name. */
export interface FieldState {
  readonly kind: ConfigKind<unknown>;
  readonly steps: readonly Step[];
  readonly isOptional: boolean;
  readonly defaultText?: string;
  readonly importance: ConfigImportance;
  readonly group: string | null;
  readonly order?: number;
  readonly width: ConfigDefinition['width'];
  readonly displayName?: string;
  readonly documentation: string;
  readonly synonyms: readonly string[];
  readonly deprecation?: string;
  readonly dependsOn: readonly string[];
  recommend?(settings: SettingLookup): readonly string[];
  isVisible?(settings: SettingLookup): boolean;
}

/**
 * A setting: its kind, its default and what is allowed, and how it is shown to people. Immutable: each method returns another one, so a
 * field can be shared by definitions.
 */
export class ConfigField<T> {
  /** @internal */
  readonly state: FieldState;
  /** Only for the type: no such property exists. */
  declare readonly value: T;

  constructor(state: FieldState) {
    this.state = state;
  }

  /** May be absent; then it is undefined. */
  optional(): ConfigField<T | undefined> {
    return new ConfigField({ ...this.state, isOptional: true });
  }

  /** As a user would write it, such as `'500ms'` for a duration. */
  default(value: string | number | boolean | readonly string[]): ConfigField<Exclude<T, undefined>> {
    const text = Array.isArray(value)
      ? value.map((item) => String(item).replaceAll(',', '\\,')).join(',')
      : String(value);
    return new ConfigField({ ...this.state, isOptional: false, defaultText: text });
  }

  importance(importance: 'high' | 'medium' | 'low'): this {
    return this.#with({ importance: importance.toUpperCase() as ConfigImportance });
  }

  /** Heading under which forms show it. Fields of a group are ordered as declared, or by `order`. */
  group(group: string, order?: number): this {
    return this.#with({ group, ...(order === undefined ? {} : { order }) });
  }

  width(width: 'none' | 'short' | 'medium' | 'long'): this {
    return this.#with({ width: width.toUpperCase() as ConfigDefinition['width'] });
  }

  /** Label in forms; default: the name. */
  display(displayName: string): this {
    return this.#with({ displayName });
  }

  /** What it does, in sentences; shown by REST, editors and the README. */
  doc(documentation: string): this {
    return this.#with({ documentation });
  }

  /** Other names of the same setting; looked at when this one is absent. */
  synonym(...names: readonly string[]): this {
    return this.#with({ synonyms: [...this.state.synonyms, ...names] });
  }

  /** Still works, with a warning that ends in `advice`. */
  deprecated(advice: string): this {
    return this.#with({ deprecation: advice });
  }

  /** Values that forms offer; others are allowed too. */
  recommend(
    values: readonly string[] | ((settings: SettingLookup) => readonly string[]),
    dependsOn: readonly string[] = [],
  ): this {
    return this.#with({
      recommend: typeof values === 'function' ? values : () => values,
      dependsOn: [...this.state.dependsOn, ...dependsOn],
    });
  }

  /** Forms show it only when another setting has such a value. It is read all the same. */
  visibleWhen(name: string, test: string | ((value: string | undefined) => boolean)): this {
    return this.#with({
      isVisible: (settings) => (typeof test === 'string' ? settings(name) === test : test(settings(name))),
      dependsOn: [...this.state.dependsOn, name],
    });
  }

  /** Returns what is wrong with the value, or undefined; not asked when the setting is absent. */
  validate(check: (value: Exclude<T, undefined>) => string | undefined): this {
    return this.#step((value) => {
      const problem = check(value as Exclude<T, undefined>);
      if (problem !== undefined) throw invalid(problem);
      return value;
    });
  }

  /** Makes something else of the value; what it throws is what is wrong. */
  transform<U>(change: (value: Exclude<T, undefined>) => U): ConfigField<U | Extract<T, undefined>> {
    const step: Step = (value) => change(value as Exclude<T, undefined>);
    return new ConfigField({ ...this.state, steps: [...this.state.steps, step] });
  }

  /** Checks the value by any Standard Schema that answers at once, and goes on with what it makes of it. */
  schema<O>(schema: StandardSchema<Exclude<T, undefined>, O>): ConfigField<O | Extract<T, undefined>> {
    return this.transform((value) => {
      const result = schema['~standard'].validate(value);
      if (result instanceof Promise) throw invalid('its schema has to answer at once, without a promise');
      if (result.issues !== undefined) throw invalid(result.issues.map((issue) => issue.message).join('; '));
      return result.value;
    });
  }

  /** Of numbers, durations (`'1s'`) and sizes (`'5MiB'`). */
  atLeast<S extends ConfigField<number> | ConfigField<number | undefined>>(this: S, min: number | string): S {
    return this.#bound(min, (value, bound) => value >= bound, 'Value must be at least');
  }

  /** Of numbers, durations and sizes. */
  atMost<S extends ConfigField<number> | ConfigField<number | undefined>>(this: S, max: number | string): S {
    return this.#bound(max, (value, bound) => value <= bound, 'Value must be no more than');
  }

  /** Of texts and lists. */
  nonEmpty(): this {
    return this.#step((value) => {
      if ((value as string | readonly unknown[]).length === 0) throw invalid('String must be non-empty');
      return value;
    });
  }

  #bound<S>(
    this: S & ConfigField<number | undefined>,
    bound: number | string,
    holds: (a: number, b: number) => boolean,
    message: string,
  ): S {
    const { kind } = this.state;
    const limit = kind.parse(String(bound));
    assert(typeof limit === 'number', 'only numbers, durations and sizes have bounds');
    const text = kind.format?.(limit) ?? String(limit);
    return this.#step((value) => {
      if (!holds(value as number, limit)) throw invalid(`${message} ${text}`);
      return value;
    });
  }

  #step(step: Step): this {
    return this.#with({ steps: [...this.state.steps, step] });
  }

  #with(changes: Partial<FieldState>): this {
    return new ConfigField({ ...this.state, ...changes }) as this;
  }
}

function invalid(expected: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', expected);
}
