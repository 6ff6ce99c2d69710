/** The shape of a JSON value: each place in it with the kinds of value found there. */

export type Shape = Map<string, Set<string>>;

export function shapeOf(value: unknown, place = '$', into: Shape = new Map()): Shape {
  const kinds = into.get(place) ?? new Set<string>();
  kinds.add(kindOf(value));
  into.set(place, kinds);
  if (Array.isArray(value)) {
    for (const inner of value) shapeOf(inner, `${place}[]`, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) shapeOf(inner, `${place}.${name}`, into);
  }
  return into;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
