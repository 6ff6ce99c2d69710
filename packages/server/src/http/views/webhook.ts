/** Endpoints and deliveries as the API shows them: never a secret. */
import { type Delivery, DeliveryAttempt, DeliveryFormat, type Endpoint, EventType } from '@sluice/contract';
import { z } from 'zod';
import type { DeliveryLogRow, EndpointRow } from '../../store/webhooks.ts';
import { instant } from './instant.ts';

const Types = z.array(EventType);
const Attempts = z.array(DeliveryAttempt.loose());

export function endpointView(row: EndpointRow): z.infer<typeof Endpoint> {
  return {
    id: row.id,
    object: 'webhook_endpoint',
    account: row.account_id,
    url: row.url,
    types: Types.parse(row.types),
    description: row.description,
    format: DeliveryFormat.parse(row.format),
    least_severity: row.least_severity,
    status: row.status,
    disabled_reason: row.disabled_reason,
    created_at: instant(row.created_at),
  };
}

export function deliveryView(row: DeliveryLogRow): z.infer<typeof Delivery> {
  return {
    id: row.id,
    object: 'delivery',
    // One-off callback addresses of a task have no endpoint.
    endpoint_id: row.endpoint_id ?? '',
    event_id: row.event_id,
    event_type: EventType.parse(row.event_type),
    task_id: row.task_id,
    state: row.state,
    attempts: Attempts.parse(row.attempts).map(({ at, status, outcome, duration_ms, response }) => ({
      at,
      status,
      outcome,
      duration_ms,
      response,
    })),
    next_attempt_at: row.state === 'waiting' ? instant(row.due_at) : null,
    created_at: instant(row.created_at),
  };
}
