import {
  parseConsumerPerformance,
  parseConsumerProgress,
  parseEndToEndLatency,
  parseLatencyProbe,
  parseProducerPerformance,
  parseTransactionProbe,
  parseTurns,
} from './tool-output.ts';

const PRODUCER_TOTAL =
  '3000000 records sent, 430107.526882 records/sec (41.02 MB/sec), 575.56 ms avg latency, 807.00 ms max latency, ' +
  '593 ms 50th, 745 ms 95th, 780 ms 99th, 792 ms 99.9th.';
const PRODUCER_STEADY =
  '2500000 steady state records sent, 455788.514129 records/sec (43.47 MB/sec), 590.44 ms avg latency, 807.00 ms max latency, ' +
  '610 ms 50th, 749 ms 95th, 781 ms 99th, 793 ms 99.9th.';
const PRODUCER_PROGRESS =
  '1018873 records sent, 203733.9 records/sec (19.43 MB/sec), 1199.0 ms avg latency, 2000.0 ms max latency.';

describe('parseProducerPerformance', () => {
  it('takes the summary and not the lines of progress', () => {
    expect(parseProducerPerformance(`${PRODUCER_PROGRESS}\n${PRODUCER_TOTAL}\n`)).toEqual({
      records: 3_000_000,
      recordsPerSecond: 430_107.526882,
      p50Ms: 593,
      p99Ms: 780,
      p999Ms: 792,
    });
  });

  it('prefers the steady state when warm-up records were asked for', () => {
    expect(parseProducerPerformance(`${PRODUCER_TOTAL}\n${PRODUCER_STEADY}\n`)).toEqual({
      records: 2_500_000,
      recordsPerSecond: 455_788.514129,
      p50Ms: 610,
      p99Ms: 781,
      p999Ms: 793,
    });
  });

  it('shows what was printed when there is no summary', () => {
    expect(() => parseProducerPerformance(PRODUCER_PROGRESS)).toThrow(/something else.*\n1018873 records sent/);
  });
});

describe('parseConsumerPerformance', () => {
  const head =
    'start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';

  it('finds the columns by their names', () => {
    const row =
      '2026-11-22 20:53:30:124, 2026-11-22 20:53:34:517, 572.2046, 130.2537, 6000000, 1365809.1282, 3130, 1263, 453.0519, 4750593.8242';

    expect(parseConsumerPerformance(`${head}\n${row}\n`)).toEqual({
      records: 6_000_000,
      recordsPerSecond: 4_750_593.8242,
    });
  });

  it('refuses a run that consumed nothing', () => {
    const row =
      '2026-11-22 20:53:30:124, 2026-11-22 20:53:34:517, 0.0000, 0.0000, 0, 0.0000, 3130, 1263, 0.0000, 0.0000';

    expect(() => parseConsumerPerformance(`${head}\n${row}\n`)).toThrow(/something else/);
  });

  it('refuses a head without a row', () => {
    expect(() => parseConsumerPerformance(`${head}\n`)).toThrow(/something else/);
  });
});

describe('parseEndToEndLatency', () => {
  it('reads the percentiles', () => {
    const output = '0\t12.5\n1000\t0.6\nAvg latency: 0.6312 ms\n\nPercentiles: 50th = 0, 99th = 2, 99.9th = 14\n';

    expect(parseEndToEndLatency(output)).toEqual({ p50Ms: 0, p99Ms: 2, p999Ms: 14 });
  });

  it('refuses anything else', () => {
    expect(() => parseEndToEndLatency('Avg latency: 0.6312 ms')).toThrow(/something else/);
  });
});

describe('parseLatencyProbe', () => {
  it('reads milliseconds with their decimals', () => {
    expect(parseLatencyProbe('latency records=1000 p50=0.512 p99=1.204 p99.9=8.001 max=10.000\n')).toEqual({
      records: 1_000,
      p50Ms: 0.512,
      p99Ms: 1.204,
      p999Ms: 8.001,
    });
  });

  it('refuses a stack trace', () => {
    expect(() => parseLatencyProbe('Exception in thread "main"')).toThrow(/something else/);
  });
});

describe('parseTurns', () => {
  it('reads a line for even turns and one for odd turns, and passes over what is said between', () => {
    const [even, odd] = parseTurns(
      'turn 0\nturn 1\nlatency records=9 p50=0.1 p99=0.2 p99.9=0.3 max=0.4\nlatency records=9 p50=1 p99=2 p99.9=3 max=4\n',
    );

    expect([even.p99Ms, odd.p99Ms]).toEqual([0.2, 2]);
  });

  it('refuses output of one kind alone', () => {
    expect(() => parseTurns('latency records=9 p50=0.1 p99=0.2 p99.9=0.3 max=0.4\nkilled\n')).toThrow(/something else/);
  });
});

describe('parseTransactionProbe', () => {
  it('reads the rate, the count with the warm-up, and milliseconds with their decimals', () => {
    const line = 'rate total=12000 per_second=1021.4 p50=0.512 p99=1.204 p99.9=8.001 max=10.000\n';

    expect(parseTransactionProbe(line)).toEqual({
      total: 12_000,
      perSecond: 1_021.4,
      p50Ms: 0.512,
      p99Ms: 1.204,
      p999Ms: 8.001,
    });
  });

  it('refuses a stack trace', () => {
    expect(() => parseTransactionProbe('Exception in thread "main"')).toThrow(/something else/);
  });
});

describe('parseConsumerProgress', () => {
  const head =
    'time, threadId, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';
  const line = (time: string, records: number): string =>
    `2026-11-23 06:00:${time}, 0, 1.0, 2.0, ${records}, 3.0, 0, 0, 0.0, 0.0`;

  it('gives the rate from where so many were read', () => {
    const output = [head, line('00:900', 100), line('01:000', 600), line('01:500', 1_100)].join('\n');

    expect(parseConsumerProgress(output, 500)).toBe(1_000);
  });

  it('refuses an output in which the rest cannot be timed', () => {
    expect(() => parseConsumerProgress([head, line('01:000', 600)].join('\n'), 500)).toThrow(/something else/);
  });
});
