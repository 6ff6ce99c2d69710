/**
 * Bounds of everything that the document describes: a reader of it (a generated client, a proxy, a scanner) is told how
 * long a text, how large a number and how many items it must be ready for. Where a shape says so itself, that stands;
 * elsewhere the bound is what a JSON body or an answer of ours cannot exceed anyway.
 */

type JsonObject = Record<string, unknown>;

/** A JSON body is at most so long (`jsonMaxBytes`), and no answer carries a longer text. */
const TEXT_MOST = 1024 ** 2;
const ITEMS_MOST = 100_000;
const INT32_MOST = 2 ** 31 - 1;

/** Longest texts of a format. */
const FORMAT_MOST: Record<string, number> = { 'date-time': 64, date: 10, email: 320, uri: 8192 };

/** A copy of the schema in which each text, whole number and list has its bound. */
export function bounded(schema: JsonObject): JsonObject {
  const inner = Object.entries(schema).map(([key, value]) => [key, boundedAt(key, value)]);
  return { ...Object.fromEntries(inner), ...boundsOf(schema) };
}

/** Every member is bounded; the names of members are not words of the schema language. */
export function boundedEach(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, boundedAny(schema)]));
}

function boundedAt(key: string, value: unknown): unknown {
  switch (key) {
    case 'properties':
      return isObject(value) ? boundedEach(value) : value;
    case 'items':
    case 'additionalProperties':
    case 'propertyNames':
    case 'not':
      return boundedAny(value);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return Array.isArray(value) ? value.map(boundedAny) : value;
    default:
      return value;
  }
}

function boundedAny(schema: unknown): unknown {
  return isObject(schema) ? bounded(schema) : schema;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function boundsOf(schema: JsonObject): JsonObject {
  const types: unknown[] = Array.isArray(schema.type) ? schema.type : [schema.type];
  return {
    ...(types.includes('string') ? boundsOfText(schema) : {}),
    ...(types.includes('integer') ? boundsOfInteger(schema) : {}),
    ...(types.includes('array') && !('maxItems' in schema) ? { maxItems: ITEMS_MOST } : {}),
  };
}

function boundsOfText(schema: JsonObject): JsonObject {
  if ('maxLength' in schema || 'enum' in schema || 'const' in schema) return {};
  const byFormat = typeof schema.format === 'string' ? FORMAT_MOST[schema.format] : undefined;
  return { maxLength: byFormat ?? TEXT_MOST };
}

function boundsOfInteger(schema: JsonObject): JsonObject {
  const minimum =
    numberAt(schema, 'minimum') ?? numberAt(schema, 'exclusiveMinimum') ?? Number.MIN_SAFE_INTEGER;
  const maximum =
    numberAt(schema, 'maximum') ?? numberAt(schema, 'exclusiveMaximum') ?? Number.MAX_SAFE_INTEGER;
  const small = Math.abs(minimum) <= INT32_MOST && maximum <= INT32_MOST;
  return {
    format: small ? 'int32' : 'int64',
    ...('exclusiveMinimum' in schema ? {} : { minimum }),
    ...('exclusiveMaximum' in schema ? {} : { maximum }),
  };
}

function numberAt(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' ? value : undefined;
}
