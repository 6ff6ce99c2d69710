import { SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { type MetricDefinition, metricCatalogue } from './catalogue.ts';
import { createMetrics } from './metrics.ts';
import { withSpan } from './trace.ts';

describe('metrics', () => {
  it.each(Object.entries<MetricDefinition>(metricCatalogue))(
    '%s is named and explained by the rules',
    (name, metric) => {
      expect(name).toMatch(/^sluice_[a-z][a-z_]*[a-z]$/);
      expect(metric.help).toMatch(/\.$/);
      expect(name.endsWith('_total')).toBe(metric.kind === 'counter');
      if (metric.kind === 'histogram') {
        expect(name).toMatch(/_seconds$/);
        expect([...(metric.buckets ?? [])]).toEqual([...(metric.buckets ?? [])].sort((a, b) => a - b));
      }
    },
  );

  it('counts, sets and observes under the names of the catalogue, and no others', async () => {
    const metrics = createMetrics({ process: false });
    metrics.count('sluice_unknown_attempts_total', { path: 'kling' });
    metrics.count('sluice_mirrored_bytes_total', { path: 'kling' }, 500);
    metrics.set('sluice_slots_limit', 5, { path: 'kling', family: 'v3' });
    metrics.observe('sluice_queue_wait_seconds', 1.5, { family: 'v3' });
    const text = await metrics.text();
    expect(text).toContain('sluice_unknown_attempts_total{path="kling"} 1');
    expect(text).toContain('sluice_mirrored_bytes_total{path="kling"} 500');
    expect(text).toContain('sluice_slots_limit{path="kling",family="v3"} 5');
    expect(text).toContain('sluice_queue_wait_seconds_bucket{le="2",family="v3"} 1');
    expect(() => metrics.count('sluice_tasks')).toThrow(/no such metric/);
    expect(() => metrics.count('made_up')).toThrow(/no such metric/);
    expect(() => metrics.set('sluice_slots_limit', 1, { tenant: 'x' })).toThrow();
  });

  it('tells of the process when asked, event-loop lag included', async () => {
    expect(await createMetrics().text()).toContain('nodejs_eventloop_lag_seconds');
  });
});

describe('spans', () => {
  afterEach(() => trace.disable());

  it('do nothing without an SDK', async () => {
    expect(
      await withSpan('submit', { path: 'kling' }, async (span) => {
        span.note({ outcome: 'accepted' });
        return 7;
      }),
    ).toBe(7);
    await expect(withSpan('submit', {}, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('end as failed when the work throws, and say nothing secret', async () => {
    const seen: unknown[] = [];
    const span = {
      setAttributes: (attributes: unknown) => seen.push(attributes),
      setStatus: (status: unknown) => seen.push(status),
      end: () => seen.push('end'),
    };
    const provider = {
      getTracer: () => ({
        startSpan: () => span,
        startActiveSpan: (_name: string, _options: unknown, work: (given: unknown) => unknown) => work(span),
      }),
    };
    Reflect.apply(trace.setGlobalTracerProvider, trace, [provider]);
    const failing = withSpan('copy', {}, async ({ note }) => {
      note({ bytes: 3 });
      throw new Error('GET https://cdn.example.com/x?sig=abc');
    });
    await expect(failing).rejects.toThrow('sig=abc');
    expect(seen).toEqual([
      { bytes: 3 },
      { code: SpanStatusCode.ERROR, message: 'GET https://cdn.example.com/x?[removed]' },
      'end',
    ]);
  });
});
