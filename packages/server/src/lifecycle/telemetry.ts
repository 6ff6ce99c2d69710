/** What stages report, in words of the domain; the runtime turns them into log lines and metrics. */
export type Telemetry = {
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
  count(metric: string, labels?: Record<string, string>, by?: number): void;
  observe(metric: string, seconds: number, labels?: Record<string, string>): void;
};

export const silentTelemetry: Telemetry = { log: () => {}, count: () => {}, observe: () => {} };
