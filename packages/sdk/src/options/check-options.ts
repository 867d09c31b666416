/** Checks of what users pass: a wrong option says which one, what it was, and what is allowed. */
import { nearestName } from '@millrace/base';
import { KafkaError } from '../error.ts';

/** Says what is allowed when the value is not; undefined when it is. Never called with `undefined`. */
export type OptionCheck = (value: unknown) => string | undefined;

/** Throws MILLRACE_CLIENT_INVALID_OPTION for the first option of `options` that is unknown, missing or wrong. */
export function checkOptions(where: string, options: object, spec: Readonly<Record<string, OptionCheck>>): void {
  if (typeof options !== 'object' || options === null) {
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `${where} takes an object of options, not ${shown(options)}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (check === undefined) throw unknownOption(where, name, Object.keys(spec));
    if (value === undefined) continue;
    const allowed = check(value);
    if (allowed !== undefined) throw invalidOption(where, name, SECRET.has(check) ? HIDDEN : value, allowed);
  }
  for (const [name, check] of Object.entries(spec)) {
    if (REQUIRED.has(check) && (options as Record<string, unknown>)[name] === undefined) {
      throw new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', `${where} needs the option \`${name}\``, {
        details: { option: name },
      });
    }
  }
}

/** For rules that involve several options or need more than a look at the value. */
export function invalidOption(where: string, name: string, value: unknown, allowed: string): KafkaError {
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_OPTION',
    `${where}: \`${name}\` is ${shown(value)}, but must be ${allowed}`,
    { details: { option: name, allowed } },
  );
}

const REQUIRED = new WeakSet<OptionCheck>();
const SECRET = new WeakSet<OptionCheck>();
const HIDDEN = Symbol('hidden');

export function required(check: OptionCheck): OptionCheck {
  const each: OptionCheck = (value) => check(value);
  REQUIRED.add(each);
  if (SECRET.has(check)) SECRET.add(each);
  return each;
}

/** The value is never shown, whatever it is. */
export function secret(check: OptionCheck): OptionCheck {
  const each: OptionCheck = (value) => check(value);
  SECRET.add(each);
  return each;
}

export function oneOf(...values: readonly (string | number | boolean | null)[]): OptionCheck {
  const allowed = values.map((value) => shown(value)).join(', ');
  return (value) =>
    values.includes(value as string) ? undefined : values.length === 1 ? allowed : `one of ${allowed}`;
}

export function integer(range: { readonly min?: number; readonly max?: number } = {}): OptionCheck {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `a whole number${rangeText(range)}`;
}

const TIMER_MS_MAX = 2_147_483_647;

/** A time span in milliseconds; from 0 unless said otherwise. */
export function milliseconds(range: { readonly min?: number; readonly max?: number } = {}): OptionCheck {
  const { min = 0, max = TIMER_MS_MAX } = range;
  return (value) =>
    typeof value === 'number' && value >= min && value <= max ? undefined : `milliseconds${rangeText({ min, max })}`;
}

export function bytes(range: { readonly min?: number; readonly max?: number } = {}): OptionCheck {
  const { min = 0, max = 0x7fff_ffff } = range;
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `a whole number of bytes${rangeText({ min, max })}`;
}

export const boolean: OptionCheck = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

/** Text that is not empty. */
export const text: OptionCheck = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty';

export const func: OptionCheck = (value) => (typeof value === 'function' ? undefined : 'a function');

/** An object or function of whatever kind. */
export const anything: OptionCheck = () => undefined;

export function instance(type: abstract new (...args: never[]) => unknown): OptionCheck {
  const article = /^[AEIOU]/.test(type.name) ? 'an' : 'a';
  return (value) => (value instanceof type ? undefined : `${article} ${type.name}`);
}

export function arrayOf(check: OptionCheck, what: string): OptionCheck {
  return (value) => (Array.isArray(value) && value.every((each) => check(each) === undefined) ? undefined : what);
}

/** Right when any of the checks says so. */
export function either(...checks: readonly OptionCheck[]): OptionCheck {
  return (value) => {
    const allowed = checks.map((check) => check(value));
    return allowed.includes(undefined) ? undefined : allowed.join(', or ');
  };
}

/** A nested object of options. */
export function options(where: string, spec: Readonly<Record<string, OptionCheck>>): OptionCheck {
  return (value) => {
    if (typeof value !== 'object' || value === null) return 'an object';
    checkOptions(where, value, spec);
    return undefined;
  };
}

function unknownOption(where: string, name: string, known: readonly string[]): KafkaError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean \`${nearest}\`?`;
  return new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', `${where} has no option \`${name}\`: ${hint}`, {
    details: { option: name },
  });
}

function rangeText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${String(min)} to ${String(max)}`;
  if (min !== undefined) return ` from ${String(min)}`;
  return max === undefined ? '' : ` up to ${String(max)}`;
}

const SHOWN_CHARS_MAX = 60;

function shown(value: unknown): string {
  if (value === HIDDEN) return 'not shown';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > SHOWN_CHARS_MAX ? `${value.slice(0, SHOWN_CHARS_MAX)}…` : value);
  }
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
