/** What deploy/ asks Prometheus for must be there: a panel of a metric that nobody exposes looks like a quiet broker. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTempDir, LogProbe } from '@millrace/testing';
import { parse } from 'yaml';
import { brokerOver } from './broker-app.ts';
import { commitOffsets } from './commit-offsets.ts';
import { parseExposition, type Exposition } from './exposition.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

const dashboard = JSON.parse(read('deploy/grafana/millrace.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
};
const rules = (parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Series that Prometheus adds to every scrape. */
const OF_PROMETHEUS = new Set(['up']);
/** Labels that Prometheus adds to every series. */
const TARGET_LABELS = new Set(['job', 'instance']);

/** The metrics of an expression, each with the labels that are asked of it. */
function selectorsOf(expression: string): { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expression.matchAll(/\b((?:millrace|process|nodejs)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }),
  );
}

/** Labels by which an expression groups. */
function groupedBy(expression: string): string[] {
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((each) => each.trim()),
  );
}

/** What is missing on the page for the expression to have an answer. */
function missingOn(page: Exposition, expression: string): string[] {
  const selectors = selectorsOf(expression);
  if (selectors.length === 0) return [`${expression}: asks for no metric of ours`];
  const known = new Set(TARGET_LABELS);
  const missing: string[] = [];
  for (const { name, labels } of selectors) {
    if (OF_PROMETHEUS.has(name)) continue;
    const type = page.types.get(name) ?? page.types.get(name.replace(/_(bucket|sum|count)$/, ''));
    const samples = [...page.families.values()].flat().filter((sample) => sample.name === name);
    if (type === undefined || samples.length === 0) missing.push(`${name} is not exposed`);
    const isRated = new RegExp(`(rate|increase)\\(${name}\\b`).test(expression);
    const isCounted = type === 'counter' || /_(bucket|sum|count)$/.test(name);
    if (isRated !== isCounted) missing.push(`${name} is ${type ?? 'unknown'}: ${isRated ? '' : 'no '}rate of it`);
    for (const label of Object.keys(samples[0]?.labels ?? {})) known.add(label);
    for (const label of labels) {
      if (!TARGET_LABELS.has(label) && samples.every((sample) => !(label in sample.labels))) {
        missing.push(`${name} has no label ${label}`);
      }
    }
  }
  for (const label of groupedBy(expression)) if (!known.has(label)) missing.push(`nothing has the label ${label}`);
  return missing.map((what) => `${expression}: ${what}`);
}

describe('what deploy/ asks of the metrics', () => {
  it('is exposed by a broker that has had some traffic, with those types and labels', async () => {
    await using dir = await createTempDir('dashboards');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    await probe.appendValues('events', 0, ['a']);
    await probe.readAll('events', 0);
    await broker.metricsPage();
    await commitOffsets(probe, 'readers', 'events', [0]);
    const page = parseExposition(await broker.metricsPage());

    const expressions = [...queries, ...rules.map(({ expr }) => expr)];
    expect(expressions.length).toBeGreaterThan(50);
    expect(expressions.flatMap((expression) => missingOn(page, expression))).toEqual([]);
  });

  it('finds out a metric or label that is not there', () => {
    const page = parseExposition(
      '# HELP millrace_a_total A.\n# TYPE millrace_a_total counter\nmillrace_a_total{b="c"} 1\n',
    );

    expect(missingOn(page, 'sum by (b) (rate(millrace_a_total{job="x"}[5m]))')).toEqual([]);
    expect(missingOn(page, 'millrace_a_total')).toHaveLength(1);
    expect(missingOn(page, 'rate(millrace_a_total{d="x"}[5m])')).toHaveLength(1);
    expect(missingOn(page, 'sum by (d) (rate(millrace_a_total[5m]))')).toHaveLength(1);
    expect(missingOn(page, 'millrace_b')).toHaveLength(1);
  });
});

describe('deploy/grafana/millrace.json', () => {
  it('takes its data source, job and instance from variables', () => {
    expect(dashboard.templating.list.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'datasource datasource',
      'job query',
      'instance query',
    ]);
    for (const { type, datasource, targets = [] } of dashboard.panels) {
      if (type === 'row') continue;
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
      for (const { expr } of targets) expect(expr).toContain('job="$job", instance=~"$instance"');
    }
  });

  it('has panels with names and numbers of their own that do not overlap', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

describe('deploy/prometheus/alerts.yaml', () => {
  it('has rules with a name of their own, a severity, and a remedy that is written down', () => {
    const page = read('docs/operations/monitoring.md');
    const headings = new Set([...page.matchAll(/^#+ (Millrace\w+)$/gm)].map(([, name]) => name));

    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(labels['severity']).toMatch(/^(critical|warning|info)$/);
      expect(annotations['summary']).toBeDefined();
      expect(annotations['runbook']).toBe(`docs/operations/monitoring.md#${alert.toLowerCase()}`);
    }
    expect([...headings].sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});
