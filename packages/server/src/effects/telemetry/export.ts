/**
 * Sends spans to an OpenTelemetry collector (OTLP over HTTP), by setting. Told when and where only by the operator, so
 * the address is not held against the outbound policy. A collector that is down costs spans and nothing else; those of
 * the last seconds before a kill are lost.
 */
import { trace } from '@opentelemetry/api';

export type Collector = { url: string; serviceName: string };

export type Export = { stop(): Promise<void> };

const SEND_EVERY_MS = 5_000;
/** Also the longest that a stop waits for the last ones. */
const SEND_WITHIN_MS = 3_000;

export async function exportSpans(collector: Collector | null, version: string): Promise<Export> {
  if (collector === null) return { stop: async () => {} };
  // Loaded for those who have a collector.
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, { BatchSpanProcessor, TracerProvider }] =
    await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${collector.url}/v1/traces`,
    timeoutMillis: SEND_WITHIN_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': collector.serviceName, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  });
  trace.setGlobalTracerProvider(provider);
  return {
    stop: async () => {
      trace.disable();
      // The last ones had nowhere to go.
      await provider.shutdown().catch(() => {});
    },
  };
}
