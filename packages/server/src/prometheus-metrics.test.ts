import { PrometheusMetrics } from './prometheus-metrics.ts';

describe('PrometheusMetrics', () => {
  it('exposes counters, histograms and scrape-time gauges under their labels', async () => {
    const metrics = new PrometheusMetrics();
    let topics = ['a'];

    metrics.counter('millrace_requests_total', 'Requests.', { api: 'Produce' }).add(2);
    metrics.counter('millrace_requests_total', 'Requests.', { api: 'Fetch' }).add(1);
    metrics.histogram('millrace_wait_seconds', 'Wait.', [0.1, 1]).observe(0.5);
    metrics.gaugeFamily('millrace_topic_bytes', 'Bytes.', ['topic'], () =>
      topics.map((topic) => ({ labels: { topic }, value: 7 })),
    );

    const first = await metrics.registry.metrics();
    expect(first).toContain('millrace_requests_total{api="Produce"} 2');
    expect(first).toContain('millrace_requests_total{api="Fetch"} 1');
    expect(first).toContain('millrace_wait_seconds_bucket{le="1"} 1');
    expect(first).toContain('millrace_topic_bytes{topic="a"} 7');
    topics = ['b'];
    const second = await metrics.registry.metrics();
    expect(second).toContain('millrace_topic_bytes{topic="b"} 7');
    expect(second).not.toContain('topic="a"');
  });

  it('shows a counter before anything was counted', async () => {
    const metrics = new PrometheusMetrics();

    metrics.counter('millrace_failures_total', 'Failures.', { api: 'Produce' });

    expect(await metrics.registry.metrics()).toContain('millrace_failures_total{api="Produce"} 0');
  });
});
