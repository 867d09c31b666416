import { S3Error } from '../s3-error.ts';

/** What the name of an object says. */
export interface ObjectName {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly startOffset?: number | undefined;
}

const PATTERNS: Readonly<Record<string, string>> = {
  topic: '(?<topic>[A-Za-z0-9._-]+?)',
  partition: '(?<partition>\\d+)',
  start_offset: '(?<start>\\d+)',
  any: '.*?',
};

/** Reads the last part of a key by a template; undefined when it does not fit. What follows the template's end from a dot on is left out. */
export function nameTemplate(template: string): (key: string) => ObjectName | undefined {
  const source = template.replaceAll(/\{\{\s*([a-z_]+)[^}]*\}\}|[^{]+|\{/g, (text: string, variable?: string) => {
    if (variable === undefined) return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = PATTERNS[variable];
    if (pattern !== undefined) return pattern;
    throw new S3Error(
      'MILLRACE_CONNECT_S3_REFUSED',
      `Expected topic, partition, start_offset or any in double braces, and found ${variable}`,
    );
  });
  const regex = new RegExp(`^${source}(?:\\.[^/]*)?$`);
  return (key) => {
    const groups = regex.exec(key.slice(key.lastIndexOf('/') + 1));
    if (groups === null) return undefined;
    const { topic, partition, start } = groups.groups ?? {};
    return {
      topic,
      partition: partition === undefined ? undefined : Number(partition),
      startOffset: start === undefined ? undefined : Number(start),
    };
  };
}
