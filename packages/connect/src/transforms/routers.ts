/** Transforms of the topic. */
import { c, config } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { DateFormat } from './date-format.ts';
import { transform } from './side.ts';

export const regexRouterTransform = transform({
  name: 'RegexRouter',
  config: config(
    {
      regex: c
        .regex({ whole: false })
        .importance('high')
        .doc('Regular expression that has to match the whole topic; other topics stay as they are.'),
      replacement: c
        .string()
        .importance('high')
        .doc('The new topic: $1 or ${name} stand for groups of the expression, \\$ for a dollar sign.'),
    },
    {
      check: ({ replacement, regex }) => {
        replacementOf(replacement, regex);
        return [];
      },
    },
  ),
  create: ({ regex, replacement }) => {
    const whole = new RegExp(`^(?:${regex.source})$`, regex.flags);
    const replace = replacementOf(replacement, regex);
    return (record) =>
      whole.test(record.topic)
        ? { ...record, topic: record.topic.replace(regex, (...match) => replace(match)) }
        : record;
  },
});

/** A replacement in Java's notation: digits are taken for a group as long as there is such a group. */
function replacementOf(text: string, regex: RegExp): (match: readonly unknown[]) => string {
  const groupCount = (new RegExp(`${regex.source}|`, regex.flags).exec('')?.length ?? 1) - 1;
  const parts: ((match: readonly unknown[]) => string)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') {
      at++;
      const escaped = text[at];
      if (escaped === undefined) throw new DataError('a replacement ends in a backslash: write \\\\ for one');
      parts.push(() => escaped);
    } else if (char !== '$') {
      parts.push(() => char ?? '');
    } else {
      const named = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text.slice(at + 1));
      if (named === null) {
        const [group, length] = groupNumber(text.slice(at + 1), groupCount);
        parts.push((match) => textOf(match[group]));
        at += length;
      } else {
        const name = named[1] ?? '';
        if (!regex.source.includes(`(?<${name}>`))
          throw new DataError(`a replacement names the group ${name}, which regex does not have`);
        parts.push((match) => textOf((match.at(-1) as Readonly<Record<string, unknown>>)[name]));
        at += named[0].length;
      }
    }
  }
  return (match) => parts.map((part) => part(match)).join('');
}

function groupNumber(text: string, groupCount: number): readonly [group: number, length: number] {
  const digits = /^\d+/.exec(text)?.[0] ?? '';
  if (digits === '') throw new DataError('a replacement has a $ without a group: write \\$ for a dollar sign');
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= groupCount) length++;
  const group = Number(digits.slice(0, length));
  if (group > groupCount) throw new DataError(`a replacement names group ${group}, but regex has ${groupCount}`);
  return [group, length];
}

function textOf(group: unknown): string {
  return typeof group === 'string' ? group : '';
}

export const timestampRouterTransform = transform({
  name: 'TimestampRouter',
  config: config({
    'topic.format': c
      .string()
      .default('${topic}-${timestamp}')
      .importance('high')
      .doc('The new topic: ${topic} and ${timestamp} stand for the topic and the time of the record.'),
    'timestamp.format': c
      .string()
      .default('yyyyMMdd')
      .transform((pattern) => new DateFormat(pattern))
      .importance('high')
      .doc("Format of ${timestamp} in UTC, in the letters of Java's SimpleDateFormat."),
  }),
  create:
    ({ topicFormat, timestampFormat }) =>
    (record) => {
      if (record.timestampMs === undefined) throw new DataError('TimestampRouter: a record has no timestamp');
      const timestamp = timestampFormat.format(new Date(record.timestampMs));
      const topic = topicFormat.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => timestamp);
      return { ...record, topic };
    },
});
