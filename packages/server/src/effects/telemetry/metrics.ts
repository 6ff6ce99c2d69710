/** The Prometheus registry. Only metrics of the catalogue exist; any other name is a bug and throws. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricDefinition, metricCatalogue } from './catalogue.ts';

export type Labels = Record<string, string>;

export type Metrics = {
  count(name: string, labels?: Labels, by?: number): void;
  set(name: string, value: number, labels?: Labels): void;
  observe(name: string, value: number, labels?: Labels): void;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
};

export function createMetrics(options: { process: boolean } = { process: true }): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, definition] of Object.entries<MetricDefinition>(metricCatalogue)) {
    const shape = { name, help: definition.help, labelNames: [...definition.labels], registers: [registry] };
    if (definition.kind === 'counter') counters.set(name, new Counter(shape));
    else if (definition.kind === 'gauge') gauges.set(name, new Gauge(shape));
    else histograms.set(name, new Histogram({ ...shape, buckets: [...(definition.buckets ?? [])] }));
  }
  if (options.process) collectDefaultMetrics({ register: registry });
  return {
    count: (name, labels = {}, by = 1) => known(counters, name).inc(labels, by),
    set: (name, value, labels = {}) => known(gauges, name).set(labels, value),
    observe: (name, value, labels = {}) => known(histograms, name).observe(labels, value),
    text: () => registry.metrics(),
  };
}

function known<Metric>(metrics: ReadonlyMap<string, Metric>, name: string): Metric {
  const metric = metrics.get(name);
  if (!metric) throw new Error(`no such metric in the catalogue: ${name}`);
  return metric;
}
