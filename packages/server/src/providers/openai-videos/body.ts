/** The create request in the shape that the path's settings describe. Same order, same bytes. */
import type { Order } from '@sluice/contract';
import { sizeOf } from './models.ts';
import type { Shape } from './settings.ts';

type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
type Fields = { [name: string]: Value };

export type Built = { contentType: string; body: string };

/** Null when an input cannot be sent as it stands (a file of ours that nobody turned into an address). */
export function createBody(order: Order, shape: Shape, correlationId: string): Built | null {
  if (order.inputs.some(({ url }) => !/^(?:https?:|data:)/.test(url ?? ''))) return null;
  const fields: Fields = structuredClone(shape.fixed_fields ?? {});
  const put = (path: string | undefined, value: Value | undefined) => {
    if (path !== undefined && value !== undefined) place(fields, path.split('.'), value);
  };
  const urlOf = (role: string) => order.inputs.find((input) => input.role === role)?.url;
  put('model', shape.models.get(order.model));
  put('prompt', order.prompt);
  put(
    shape.seconds_field,
    shape.seconds_style === 'text' ? String(order.seconds) : (order.seconds ?? undefined),
  );
  for (const [name, value] of frameFields(order, shape)) put(name, value);
  put(shape.first_frame_field, urlOf('first_frame'));
  put(shape.last_frame_field, urlOf('last_frame'));
  put(shape.sound_field, order.sound === 'on');
  put(shape.negative_prompt_field, order.negativePrompt ?? undefined);
  if (shape.create === 'json') return { contentType: 'application/json', body: JSON.stringify(fields) };
  return form(flattened(fields), correlationId);
}

function frameFields(order: Order, shape: Shape): [string, Value][] {
  const size = sizeOf(order, shape);
  switch (shape.size_style) {
    case 'size':
      return size ? [['size', `${size.width}x${size.height}`]] : [];
    case 'width_height':
      return size
        ? [
            ['width', size.width],
            ['height', size.height],
          ]
        : [];
    case 'aspect_ratio':
      return [
        ['resolution', order.resolution],
        ...(order.aspectRatio === null
          ? []
          : [['aspect_ratio', order.aspectRatio] satisfies [string, Value]]),
      ];
  }
}

function place(into: Fields, path: readonly string[], value: Value): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const known = into[first];
  const inner: Fields = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {};
  into[first] = inner;
  place(inner, rest, value);
}

/** As the vendor's client writes objects into a form: `input_reference[image_url]`. */
function flattened(fields: Fields, prefix = ''): [string, string][] {
  return Object.entries(fields).flatMap(([key, value]): [string, string][] => {
    const name = prefix === '' ? key : `${prefix}[${key}]`;
    if (Array.isArray(value)) return flattened(Object.fromEntries(value.entries()), name);
    if (typeof value === 'object' && value !== null) return flattened(value, name);
    return [[name, String(value)]];
  });
}

/** The boundary follows from the attempt, so that the same order gives the same bytes; it may stand in no value. */
function form(parts: readonly [string, string][], correlationId: string): Built {
  let boundary = `sluice-${correlationId}`;
  while (parts.some(([, value]) => value.includes(boundary))) boundary += '-';
  const quoted = (name: string) => name.replaceAll(/["\r\n]/g, '_');
  const lines = parts.map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${lines.join('')}--${boundary}--\r\n`,
  };
}
