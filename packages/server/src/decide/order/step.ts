/** The result of one step of reading an order: its value, or the refusal that ends the reading. */
import type { Refusal } from '@sluice/contract';

export type Step<Value> = { ok: true; value: Value } | Refused;
export type Refused = { ok: false; refusal: Refusal };

export function read<Value>(value: Value): Step<Value> {
  return { ok: true, value };
}

/** A field has a value that this model does not take. */
export function refuse(field: string, message: string, detail: { allowed?: unknown; fix: string }): Refused {
  return { ok: false, refusal: { code: 'invalid_input', field, message, ...detail } };
}

/** Two fields of the request contradict each other. */
export function conflict(field: string, message: string, fix: string): Refused {
  return { ok: false, refusal: { code: 'unsupported_combination', field, message, fix } };
}
