/**
 * `config({...})`: makes a {@link ConfigSpec} of fields, and the type of what they become.
 *
 * Invariants: `read` never throws; a value of a secret is in no message and in no answer. Text and messages are as Kafka's `validate` has them.
 */
import { assert, messageOf } from '@millrace/base';

import type { ConfigField, FieldState, SettingLookup } from './config-field.ts';
import type {
  ConfigDefinition,
  ConfigIssue,
  ConfigProperties,
  ConfigSpec,
  ConfigValue,
  ReadConfig,
} from './config-spec.ts';

type JoinAt<S extends string, Mark extends string> = S extends `${infer Head}${Mark}${infer Tail}`
  ? `${Head}${Capitalize<JoinAt<Tail, Mark>>}`
  : S;

/** `poll.interval.ms` becomes `pollIntervalMs`. */
export type CamelCase<S extends string> = JoinAt<JoinAt<JoinAt<S, '.'>, '-'>, '_'>;

export type ConfigFields = Readonly<Record<string, ConfigField<unknown>>>;

/** What the fields become: a property per setting, in camel case. */
export type ConfigOf<F extends ConfigFields> = {
  readonly [K in keyof F & string as CamelCase<K>]: F[K]['value'];
};

export interface ConfigOptions<C> {
  /** Looks at several settings together; asked when each is valid alone. */
  readonly check?: (config: C) => readonly ConfigIssue[];
  /** Settings of a connector that this one replaces, which are accepted and have no effect: name and why. They bring a warning. */
  readonly ignored?: Readonly<Record<string, string>>;
  /**
   * Settings of a connector that this one replaces, which would promise something that is not done: name and what to do. A name that ends
   * with `*` stands for all settings that begin with what is before it, such as `column.mask.*`.
   */
  readonly refused?: Readonly<Record<string, string | RefusedSetting>>;
}

/** A setting that is refused because of what its value asks for. */
export interface RefusedSetting {
  /** What to do instead. */
  readonly remedy: string;
  /** Values that ask for nothing, such as the default: they are let pass. Blanks around them and upper case do not count. */
  readonly unless: readonly string[];
}

const HIDDEN = '[hidden]';
/** Ends a name that stands for all that begin like it. */
const ANY = '*';

/** A definition of settings; see `c` for the kinds of fields. Throws when a default is not valid, or two names become one. */
export function config<const F extends ConfigFields>(
  fields: F,
  options: ConfigOptions<ConfigOf<F>> = {},
): ConfigSpec<ConfigOf<F>> {
  const settings = Object.entries(fields).map(([name, field]) => new Setting(name, field.state));
  const byName = new Map(settings.map((setting) => [setting.name, setting]));
  assert(
    new Set(settings.map(({ property }) => property)).size === settings.length,
    'two settings become one property',
  );

  return {
    definitions: definitionsOf(settings),
    secretKeys: new Set(
      settings.filter(({ isSecret }) => isSecret).flatMap(({ name, state }) => [name, ...state.synonyms]),
    ),
    keys: new Set([
      ...settings.flatMap(({ name, state }) => [name, ...state.synonyms]),
      ...Object.keys({ ...options.ignored, ...options.refused }).filter((key) => !key.endsWith(ANY)),
    ]),
    read: (properties) => {
      const lookup: SettingLookup = (name) => byName.get(name)?.canonicalText(properties) ?? properties[name];
      const results = settings.map((setting) => setting.read(properties, lookup));
      const issues = [
        ...results.flatMap(({ value }) => value.errors.map((message) => ({ key: value.name, message }))),
        ...refusals(properties, options.refused),
      ];
      const warnings = [
        ...results.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
        ...advice(properties, options.ignored),
      ];
      const entries = results.map(({ property, result }) => [property, result] as const);
      const values = results.map(({ value }) => value);
      if (issues.length > 0) return { config: undefined, issues, warnings, values };
      return checked(Object.freeze(Object.fromEntries(entries)) as ConfigOf<F>, values, warnings, options.check);
    },
  };
}

function checked<C>(
  read: C,
  values: readonly ConfigValue[],
  warnings: readonly ConfigIssue[],
  check: ConfigOptions<C>['check'],
): ReadConfig<C> {
  const issues = check === undefined ? [] : askedSafely(() => check(read));
  if (issues.length === 0) return { config: read, issues, warnings, values };
  const known = new Set(values.map(({ name }) => name));
  return {
    config: undefined,
    issues: issues.map(({ key, message }) => (key !== undefined && known.has(key) ? { key, message } : { message })),
    warnings,
    values: values.map((value) => {
      const errors = issues.filter(({ key }) => key === value.name).map(({ message }) => message);
      return errors.length === 0 ? value : { ...value, errors: [...value.errors, ...errors] };
    }),
  };
}

function askedSafely(check: () => readonly ConfigIssue[]): readonly ConfigIssue[] {
  try {
    return check();
  } catch (error) {
    return [{ message: messageOf(error) }];
  }
}

/** What forms show is no reason to fail. */
function orElse<T>(ask: () => T | undefined, otherwise: T): T {
  try {
    return ask() ?? otherwise;
  } catch {
    return otherwise;
  }
}

function advice(properties: ConfigProperties, ignored: Readonly<Record<string, string>> | undefined): ConfigIssue[] {
  return Object.entries(ignored ?? {})
    .filter(([name]) => isGiven(properties[name]))
    .map(([key, why]) => ({ key, message: `${key} has no effect: ${why}` }));
}

function refusals(properties: ConfigProperties, refused: ConfigOptions<unknown>['refused']): ConfigIssue[] {
  return Object.entries(refused ?? {}).flatMap(([name, verdict]) => {
    const { remedy, unless } = typeof verdict === 'string' ? { remedy: verdict, unless: [] } : verdict;
    const isMeant = (key: string): boolean => {
      const text = properties[key];
      return isGiven(text) && !unless.includes(text.trim().toLowerCase());
    };
    if (!name.endsWith(ANY)) return isMeant(name) ? [{ key: name, message: `${name} is refused: ${remedy}` }] : [];
    const beginning = name.slice(0, -ANY.length);
    const given = Object.keys(properties).filter((key) => key.startsWith(beginning) && isMeant(key));
    // The rest of such a name may itself be a secret, as the salt of a hash is.
    return given.length === 0 ? [] : [{ message: `${name} is refused: ${remedy}` }];
  });
}

function isGiven(text: string | null | undefined): text is string {
  return text !== undefined && text !== null;
}

interface SettingResult {
  readonly property: string;
  readonly result: unknown;
  readonly value: ConfigValue;
  readonly warning?: ConfigIssue;
}

/** A field with its name. */
class Setting {
  readonly name: string;
  readonly property: string;
  readonly state: FieldState;
  readonly isSecret: boolean;
  readonly #default: { readonly value: unknown; readonly text: string } | undefined;

  constructor(name: string, state: FieldState) {
    this.name = name;
    this.property = name.replace(/[.\-_](.?)/g, (_all, next: string) => next.toUpperCase());
    this.state = state;
    this.isSecret = state.kind.type === 'PASSWORD';
    this.#default = state.defaultText === undefined ? undefined : this.#parse(state.defaultText);
  }

  get defaultText(): string | null {
    return this.#default?.text ?? null;
  }

  /** What is set, under any of its names, or else the default. */
  textIn(properties: ConfigProperties): { readonly text: string; readonly from: string | undefined } | undefined {
    for (const from of [this.name, ...this.state.synonyms]) {
      const text = properties[from];
      if (isGiven(text)) return { text, from };
    }
    return this.#default === undefined ? undefined : { text: this.#default.text, from: undefined };
  }

  /** What is set or the default, as `values` has it; text that cannot be read stays as it is. */
  canonicalText(properties: ConfigProperties): string | undefined {
    const found = this.textIn(properties);
    if (found?.from === undefined) return found?.text;
    try {
      return this.#parse(found.text).text;
    } catch {
      return this.isSecret ? HIDDEN : found.text;
    }
  }

  read(properties: ConfigProperties, lookup: SettingLookup): SettingResult {
    const found = this.textIn(properties);
    const errors = this.#contradictions(properties);
    let parsed: { readonly value: unknown; readonly text: string } | undefined;
    if (found === undefined) {
      if (!this.state.isOptional)
        errors.push(`Missing required configuration "${this.name}" which has no default value.`);
    } else if (found.from === undefined) {
      parsed = this.#default;
    } else {
      try {
        parsed = this.#parse(found.text);
      } catch (error) {
        const shown = this.isSecret ? HIDDEN : found.text;
        errors.push(`Invalid value ${shown} for configuration ${found.from}: ${messageOf(error)}`);
      }
    }
    const { deprecation } = this.state;
    const warning =
      deprecation === undefined || found?.from === undefined
        ? undefined
        : { key: this.name, message: `${found.from} is deprecated: ${deprecation}` };
    return {
      property: this.property,
      result: parsed?.value,
      value: {
        name: this.name,
        value: parsed?.text ?? null,
        recommendedValues: orElse(() => this.state.recommend?.(lookup), this.state.kind.allowed ?? []),
        errors,
        visible: orElse(() => this.state.isVisible?.(lookup), true),
      },
      ...(warning === undefined ? {} : { warning }),
    };
  }

  #contradictions(properties: ConfigProperties): string[] {
    const given = [this.name, ...this.state.synonyms].filter((name) => isGiven(properties[name]));
    const [first, ...others] = given;
    const other = others.find((name) => properties[name] !== properties[first ?? '']);
    return other === undefined
      ? []
      : [`${String(first)} and ${other} are the same setting and have different values: remove one`];
  }

  #parse(text: string): { readonly value: unknown; readonly text: string } {
    const { kind, steps } = this.state;
    const parsed = kind.parse(text);
    const value = steps.reduce((before, step) => step(before), parsed);
    return { value, text: this.isSecret ? HIDDEN : (kind.format?.(parsed) ?? text) };
  }
}

function definitionsOf(settings: readonly Setting[]): readonly ConfigDefinition[] {
  const inGroup = new Map<string, number>();
  return settings.map((setting) => {
    const { state, name, defaultText } = setting;
    const next = state.group === null ? -1 : (state.order ?? (inGroup.get(state.group) ?? 0) + 1);
    if (state.group !== null) inGroup.set(state.group, next);
    return {
      name,
      type: state.kind.type,
      required: !state.isOptional && state.defaultText === undefined,
      defaultValue: defaultText,
      importance: state.importance,
      documentation: state.documentation,
      group: state.group,
      orderInGroup: next,
      width: state.width,
      displayName: state.displayName ?? name,
      dependents: settings.filter((other) => other.state.dependsOn.includes(name)).map((other) => other.name),
    };
  });
}
