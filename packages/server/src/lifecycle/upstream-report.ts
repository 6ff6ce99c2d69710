/** What is counted and logged of the requests that go to upstreams. */
import type { DriveFault, ExchangeRecord } from '../providers/drive.ts';
import type { Telemetry } from './telemetry.ts';

export function countRequests(telemetry: Telemetry): (record: ExchangeRecord, path: string) => void {
  return (record, path) => {
    telemetry.count('sluice_upstream_requests_total', {
      path,
      operation: record.operation,
      result: record.result,
    });
    telemetry.observe('sluice_upstream_seconds', record.durationMs / 1000, {
      path,
      operation: record.operation,
    });
  };
}

export function logFaults(telemetry: Telemetry): (fault: DriveFault) => void {
  return ({ path, operation, message }) => telemetry.log('error', `adapter: ${message}`, { path, operation });
}
