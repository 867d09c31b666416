import { PrometheusMetrics } from './prometheus-metrics.ts';

const text = async (metrics: PrometheusMetrics): Promise<string> => (await metrics.page()).toString();

describe('PrometheusMetrics', () => {
  it('exposes counters, histograms and what is read at the scrape, under their labels', async () => {
    const metrics = new PrometheusMetrics();
    let topics = ['a'];

    metrics.counter('millrace_requests_total', 'Requests.', { api: 'Produce' }).add(2);
    metrics.counter('millrace_requests_total', 'Requests.', { api: 'Fetch' }).add(1);
    metrics.gaugeFamily('millrace_topic_bytes', 'Bytes.', ['topic'], () =>
      topics.map((topic) => ({ labels: { topic }, value: 7 })),
    );
    metrics.readCounter('millrace_syncs_total', 'Syncs.', () => 3);
    metrics.gauge('millrace_free_bytes', 'Room.', () => Promise.resolve(1e21), { disk: 'data' });

    const first = await text(metrics);
    expect(first).toContain('# HELP millrace_requests_total Requests.\n# TYPE millrace_requests_total counter\n');
    expect(first).toContain('\nmillrace_requests_total{api="Produce"} 2\nmillrace_requests_total{api="Fetch"} 1\n');
    expect(first).toContain('# TYPE millrace_topic_bytes gauge\nmillrace_topic_bytes{topic="a"} 7\n');
    expect(first).toContain('# TYPE millrace_syncs_total counter\nmillrace_syncs_total 3\n');
    expect(first).toContain('\nmillrace_free_bytes{disk="data"} 1e+21\n');
    topics = ['b'];
    const second = await text(metrics);
    expect(second).toContain('millrace_topic_bytes{topic="b"} 7');
    expect(second).not.toContain('topic="a"');
  });

  it('counts an observation in every bucket whose bound it does not exceed', async () => {
    const metrics = new PrometheusMetrics();
    const wait = metrics.histogram('millrace_wait_seconds', 'Wait.', [0.25, 1], { phase: 'queue' });

    for (const value of [0, 0.25, 0.5, 1, 2]) wait.observe(value);

    expect(await text(metrics)).toContain(
      [
        '# TYPE millrace_wait_seconds histogram',
        'millrace_wait_seconds_bucket{phase="queue",le="0.25"} 2',
        'millrace_wait_seconds_bucket{phase="queue",le="1"} 4',
        'millrace_wait_seconds_bucket{phase="queue",le="+Inf"} 5',
        'millrace_wait_seconds_sum{phase="queue"} 3.75',
        'millrace_wait_seconds_count{phase="queue"} 5\n',
      ].join('\n'),
    );
  });

  it('shows a counter before anything was counted', async () => {
    const metrics = new PrometheusMetrics();

    metrics.counter('millrace_failures_total', 'Failures.', { api: 'Produce' });

    expect(await text(metrics)).toContain('millrace_failures_total{api="Produce"} 0');
  });

  it('gives the same counter to all who ask for it', async () => {
    const metrics = new PrometheusMetrics();

    for (let index = 0; index < 2; index++)
      metrics.counter('millrace_failures_total', 'Failures.', { api: 'a' }).add(1);

    expect(await text(metrics)).toContain('millrace_failures_total{api="a"} 2');
  });

  it('escapes what a label value may hold', async () => {
    const metrics = new PrometheusMetrics();

    metrics.gauge('millrace_odd', 'Odd.', () => 1, { name: 'a"b\\c\nd' });

    expect(await text(metrics)).toContain(String.raw`millrace_odd{name="a\"b\\c\nd"} 1`);
  });

  it('leaves out what has no value now', async () => {
    const metrics = new PrometheusMetrics();

    metrics.gauge('millrace_nothing', 'Nothing.', () => NaN);

    expect(await text(metrics)).not.toMatch(/^millrace_nothing/m);
  });

  it('refuses a name that says counter of what is none', () => {
    const metrics = new PrometheusMetrics();

    expect(() => metrics.gauge('millrace_syncs_total', 'Syncs.', () => 1)).toThrow(/counters end with _total/);
    expect(() => metrics.counter('millrace_syncs', 'Syncs.')).toThrow(/counters end with _total/);
  });

  it('lets the event loop turn while it writes a large family', async () => {
    const metrics = new PrometheusMetrics();
    metrics.gaugeFamily('millrace_partition_offset', 'Offset.', ['partition'], function* () {
      for (let partition = 0; partition < 200_000; partition++) {
        yield { labels: { partition: String(partition) }, value: partition };
      }
    });
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);

    const page = await text(metrics);

    clearInterval(ticking);
    expect(page.match(/^millrace_partition_offset/gm)).toHaveLength(200_000);
    expect(turns).toBeGreaterThan(2);
  });

  it('writes one page for all who ask while it is written', async () => {
    const metrics = new PrometheusMetrics();
    let reads = 0;
    metrics.gauge('millrace_reads', 'Reads.', () => ++reads);

    await Promise.all([metrics.page(), metrics.page()]);
    await metrics.page();

    expect(reads).toBe(2);
  });
});
