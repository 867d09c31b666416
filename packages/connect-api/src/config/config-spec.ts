/**
 * The definition of a plugin's settings: reads the text map that Connect stores, says what is wrong with it, and describes itself as
 * Kafka Connect's REST API does.
 */

/** Something wrong with a setting. */
export interface ConfigIssue {
  /** Undefined: with the whole. */
  readonly key?: string;
  /** Names the setting, the value unless it is secret, and what is allowed. */
  readonly message: string;
}

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

export type ConfigImportance = 'HIGH' | 'MEDIUM' | 'LOW';

/** As `PUT /connector-plugins/{p}/config/validate` has it, in camel case. */
export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  readonly required: boolean;
  readonly defaultValue: string | null;
  readonly importance: ConfigImportance;
  readonly documentation: string;
  readonly group: string | null;
  readonly orderInGroup: number;
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';
  readonly displayName: string;
  readonly dependents: readonly string[];
}

export interface ConfigValue {
  readonly name: string;
  /** As text; null when it has none. Secrets as `[hidden]`. */
  readonly value: string | null;
  readonly recommendedValues: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

export type ConfigProperties = Readonly<Record<string, string>>;

export interface ReadConfig<C> {
  /** Undefined when there are issues. */
  readonly config: C | undefined;
  readonly issues: readonly ConfigIssue[];
  /** What works but should be changed: settings that are deprecated, or that are taken from another connector and have no effect here. */
  readonly warnings: readonly ConfigIssue[];
  readonly values: readonly ConfigValue[];
}

/** `C` is what the settings become. */
export interface ConfigSpec<C> {
  readonly definitions: readonly ConfigDefinition[];
  /** Never throws. Settings that are not of this definition are not looked at. */
  read(properties: ConfigProperties): ReadConfig<C>;
  /** Names of settings whose values must never be shown, other spellings included. */
  readonly secretKeys: ReadonlySet<string>;
  /** Every name that `read` knows: of settings, in all spellings, and of what it ignores or refuses. Undefined: there may be any others. */
  readonly keys?: ReadonlySet<string>;
}

export type Infer<S> = S extends ConfigSpec<infer C> ? C : never;

/** Text that does not show itself: in logs, JSON and messages it is `[hidden]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[hidden]';
  }

  toJSON(): string {
    return '[hidden]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[hidden]';
  }
}
