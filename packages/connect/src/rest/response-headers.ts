/** `response.http.headers.config`: headers that every answer carries, as Jetty's header filter reads them (KIP-577). */
import { MillraceError } from '@millrace/base';

export interface HeaderRule {
  readonly action: 'set' | 'add';
  readonly name: string;
  /** A text, or milliseconds from now for a date. */
  readonly value: string | number;
}

/** Rules are separated by commas outside of quotes: `set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"`. */
export function headerRules(text: string): HeaderRule[] {
  const rules = text.match(/"[^"]*"|[^,"]+/g) ?? [];
  return rules.flatMap((quoted) => {
    const rule = quoted.replaceAll('"', '').trim();
    if (rule === '') return [];
    const match = /^(set|add|setDate|addDate)\s+([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*)$/.exec(rule);
    const [, action = '', name = '', value = ''] = match ?? [];
    const isDate = action.endsWith('Date');
    if (match === null || (isDate && !/^\d+$/.test(value))) {
      throw new MillraceError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `response.http.headers.config has the rule "${rule}": write "set Name: value" or "add Name: value", or setDate and addDate with ` +
          'milliseconds from now',
      );
    }
    return [{ action: action.startsWith('set') ? 'set' : 'add', name, value: isDate ? Number(value) : value }];
  });
}
