/**
 * Spans over the OpenTelemetry API. Without a collector in the settings (export.ts), and unless the operator has loaded
 * an SDK before the start, every span is an empty object and costs nothing to speak of.
 */
import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api';
import { withoutSecrets } from './log.ts';

/** What the work may note on its span while it runs. */
export type Noted = { note(attributes: Attributes): void };

/** Runs the work inside a span; a throw ends the span as failed and goes on. */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Noted) => Promise<T>,
): Promise<T> {
  // Asked each time: an SDK may be registered after this file was loaded.
  return trace.getTracer('sluice').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work({ note: (more) => span.setAttributes(more) });
    } catch (error) {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: withoutSecrets(error instanceof Error ? error.message : String(error)),
      });
      throw error;
    } finally {
      span.end();
    }
  });
}
