/** The stages' reports become log lines and metrics. */
import type { Log } from '../effects/telemetry/log.ts';
import type { Metrics } from '../effects/telemetry/metrics.ts';
import type { Telemetry } from '../lifecycle/telemetry.ts';

export function createTelemetry(log: Log, metrics: Metrics): Telemetry {
  return {
    log: (level, message, fields = {}) => log[level](fields, message),
    count: (metric, labels = {}, by = 1) => metrics.count(metric, labels, by),
    observe: (metric, seconds, labels = {}) => metrics.observe(metric, seconds, labels),
  };
}
