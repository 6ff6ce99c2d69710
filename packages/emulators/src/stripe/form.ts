/** Stripe's form encoding: `line_items[0][price_data][currency]=usd` as nested objects and lists. */
import type { JsonObject } from '../json.ts';

export type Form = { [name: string]: string | Form };

export function readForm(text: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(text)) put(form, pathOf(name), value);
  return form;
}

/** `expand[]=a&expand[]=b` become `0` and `1`. */
function put(form: Form, [head = '', ...rest]: string[], value: string): void {
  const name = head === '' ? String(Object.keys(form).length) : head;
  if (name === '__proto__') return;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const known = form[name];
  const below = typeof known === 'object' ? known : {};
  form[name] = below;
  put(below, rest, value);
}

function pathOf(name: string): string[] {
  const [, head = '', rest = ''] = /^([^[]*)(.*)$/.exec(name) ?? [];
  return [head, ...[...rest.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part)];
}

export function textOf(form: Form, ...path: string[]): string | null {
  let at: string | Form | undefined = form;
  for (const name of path) at = typeof at === 'object' ? at[name] : undefined;
  return typeof at === 'string' ? at : null;
}

export function textsOf(form: Form, name: string): JsonObject {
  const at = form[name];
  if (typeof at !== 'object') return {};
  return Object.fromEntries(
    Object.entries(at).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
