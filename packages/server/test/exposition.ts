/**
 * Reads a page of Prometheus' text format (0.0.4) and objects to whatever Prometheus would refuse or misread.
 *
 * Checks: names and labels, one HELP and one TYPE in front of the samples of a family, families in one piece, no series twice, counters
 * that end with _total and nothing else that does, histograms whose buckets rise and end with the count.
 */

export interface Exposition {
  /** Type by family. */
  readonly types: ReadonlyMap<string, string>;
  /** Series by family, `_bucket`, `_sum` and `_count` under the name of their histogram. */
  readonly families: ReadonlyMap<string, readonly Sample[]>;
  /** Value of `name{label="value",…}` with labels in the order of their names; undefined when there is none. */
  value(series: string): number | undefined;
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"`;
const SAMPLE = new RegExp(String.raw`^(${NAME})(?:\{((?:${LABEL})(?:,${LABEL})*)\})? (\S+)$`);
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

export function parseExposition(page: string): Exposition {
  if (!page.endsWith('\n')) throw new Error('the page does not end with a line break');
  const types = new Map<string, string>();
  const families = new Map<string, Sample[]>();
  const values = new Map<string, number>();
  let current: { readonly name: string; readonly type: string } | undefined;
  let helped: string | undefined;
  for (const line of page.split('\n')) {
    if (line === '') continue;
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        helped = name;
        continue;
      }
      if (helped !== name) throw new Error(`TYPE of ${name} does not follow its HELP`);
      if (types.has(name)) throw new Error(`family ${name} comes twice`);
      if (!TYPES.includes(rest)) throw new Error(`${name} has the unknown type ${rest}`);
      if (name.startsWith('millrace_') && name.endsWith('_total') !== (rest === 'counter')) {
        throw new Error(`${name} is a ${rest}`);
      }
      types.set(name, rest);
      families.set(name, []);
      current = { name, type: rest };
      continue;
    }
    const sample = parseSample(line);
    if (current === undefined || !belongs(sample.name, current)) throw new Error(`stray sample: ${line}`);
    families.get(current.name)?.push(sample);
    const series = seriesOf(sample);
    if (values.has(series)) throw new Error(`series ${series} comes twice`);
    values.set(series, sample.value);
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, families.get(name) ?? []);
  return { types, families, value: (series) => values.get(series) };
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(new RegExp(LABEL, 'g'))) {
    if (name in labels) throw new Error(`label ${name} comes twice: ${line}`);
    labels[name] = value.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  const text = match.at(-1) ?? '';
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : text === 'NaN' ? NaN : Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw new Error(`not a value: ${line}`);
  return { name: match[1] ?? '', labels, value };
}

function belongs(name: string, family: { readonly name: string; readonly type: string }): boolean {
  if (name === family.name) return family.type !== 'histogram';
  const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['_sum', '_count'];
  return ['histogram', 'summary'].includes(family.type) && suffixes.some((suffix) => name === family.name + suffix);
}

function seriesOf({ name, labels }: Sample): string {
  const text = Object.entries(labels)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
  return text === '' ? name : `${name}{${text}}`;
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const counts = new Map<string, number>();
  for (const sample of samples) if (sample.name === `${name}_count`) counts.set(seriesOf(sample), sample.value);
  const last = new Map<string, { readonly le: number; readonly value: number }>();
  for (const { name: sampleName, labels, value } of samples) {
    if (sampleName !== `${name}_bucket`) continue;
    const { le = '', ...rest } = labels;
    const series = seriesOf({ name: `${name}_count`, labels: rest, value });
    const bound = le === '+Inf' ? Infinity : Number(le);
    const before = last.get(series);
    if (before !== undefined && (bound <= before.le || value < before.value)) {
      throw new Error(`buckets of ${series} do not rise at ${le}`);
    }
    last.set(series, { le: bound, value });
  }
  for (const [series, count] of counts) {
    const end = last.get(series);
    if (end?.le !== Infinity || end.value !== count) throw new Error(`${series} is not its last bucket`);
  }
  if (last.size !== counts.size) throw new Error(`${name} has buckets without a count`);
}
