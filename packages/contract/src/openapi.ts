/** Builds the OpenAPI 3.1 document from the operations table. The golden copy is `openapi.json`. */
import { z } from 'zod';
import { AlertEventData } from './alerts.ts';
import { errorCatalogue, Problem } from './errors.ts';
import { alertEventTypes, EndpointEventType, Event, TaskEventData } from './events.ts';
import { bounded, boundedEach } from './openapi-bounds.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

type JsonObject = Record<string, unknown>;

/**
 * `serverUrl`: the public address of the installation. Only an https address is written down; otherwise the server is
 * named relative to the document, so that nobody is told to send a key in the clear over a network.
 */
export function buildOpenApi(serverUrl = 'http://localhost:8080'): JsonObject {
  const components: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const [id, operation] of Object.entries<Operation>(operations)) {
    const described = { [operation.method]: describe(id, operation, components) };
    paths[operation.path] = { ...paths[operation.path], ...described };
  }
  schemaOf(Problem, components, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: '1.0.0',
      summary: 'One durable API in front of AI video generation.',
      description:
        'Accepts paid video orders, sends each once, holds the upstream slot until it is really done, stores the ' +
        'clip, charges for what was delivered and tells you.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'The operator of this installation', url: serverUrl },
    },
    servers: [
      {
        url: serverUrl.startsWith('https://') ? serverUrl : '/',
        description: 'This installation, for production or local use: where this document came from.',
        'x-internal': false,
      },
    ],
    security: [{ key: [] }],
    tags: [...new Set(Object.values<Operation>(operations).map((operation) => operation.tag))].map(
      (name) => ({
        name,
        description: `${name} operations.`,
      }),
    ),
    paths,
    webhooks: webhooksOf(components),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key, `sk-sluice-…`.' } },
      headers: HEADERS,
      schemas: boundedEach(components),
    },
  };
}

/** What is delivered to endpoints in our own words, by type. */
function webhooksOf(components: JsonObject): JsonObject {
  const of = (type: EndpointEventType): JsonObject => {
    const data = (alertEventTypes as readonly string[]).includes(type) ? AlertEventData : TaskEventData;
    const event = schemaOf(Event.extend({ type: z.literal(type), data }), components, 'output');
    return {
      post: {
        operationId: `told.${type}`,
        summary: SUMMARIES[type],
        tags: ['Webhooks'],
        requestBody: { required: true, content: { 'application/json': { schema: event } } },
        responses: { '2XX': { description: 'Taken. Anything else is tried again, for three days.' } },
      },
    };
  };
  return Object.fromEntries(EndpointEventType.options.map((type) => [type, of(type)]));
}

const SUMMARIES: Record<EndpointEventType, string> = {
  'task.started': 'A task was sent to a path',
  'task.completed': 'A task is done and its clip is stored',
  'task.failed': 'A task failed; nothing is charged',
  'task.cancelled': 'A task was cancelled',
  'alert.raised': 'Something needs a person',
  'alert.cleared': 'It needs nobody any more',
};

const REPEATS = {
  tasks: 'Same key and body within 7 days: same answer, no second effect.',
  answer: 'Same key and body within 24 hours: same answer, with what is shown once; no second effect.',
} as const;

/** What every answer carries; `Retry-After` where waiting helps. */
const HEADERS: JsonObject = {
  'X-Request-Id': header('Names this request; quote it to the operator.', { type: 'string', maxLength: 64 }),
  'RateLimit-Policy': header(
    'How many orders may be in the making at once in this process: `"creates";q=2000;qu="concurrent-requests"`.',
    { type: 'string', maxLength: 200 },
  ),
  RateLimit: header(
    'How many more may be right now: `"creates";r=1999`. At 0 an order is answered with 503.',
    {
      type: 'string',
      maxLength: 200,
    },
  ),
  'Access-Control-Allow-Origin': header(
    'The origin of this installation: pages of other origins may not read answers.',
    { type: 'string', maxLength: 300 },
  ),
  'Retry-After': header('Seconds to wait.', {
    type: 'integer',
    format: 'int32',
    minimum: 0,
    maximum: 86_400,
  }),
};

function header(description: string, schema: JsonObject): JsonObject {
  return { description, schema };
}

function headersOf(status: number): JsonObject {
  const waits = status === 409 || status === 429 || status === 503;
  const names = Object.keys(HEADERS).filter((name) => waits || name !== 'Retry-After');
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function describe(id: string, operation: Operation, components: JsonObject): JsonObject {
  const { status, schema, contentType = 'application/json', description } = operation.response;
  // What is not JSON is described by its media type alone.
  const content = schema ? { schema: schemaOf(schema, components, 'output') } : {};
  return {
    operationId: id,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.description, `Access: ${operation.access}.`].filter(Boolean).join(' '),
    ...(operation.access === 'public' ? { security: [{}, { key: [] }] } : {}),
    parameters: parametersOf(operation, components),
    ...(operation.body ? { requestBody: requestBodyOf(operation, operation.body, components) } : {}),
    responses: {
      [String(status)]: { description, headers: headersOf(status), content: { [contentType]: content } },
      ...errorResponses(operation),
    },
  };
}

function parametersOf(operation: Operation, components: JsonObject): JsonObject[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: 100 },
  }));
  const query = operation.query ? schemaOf(operation.query, components, 'input') : {};
  const properties = (query.properties ?? {}) as Record<string, JsonObject>;
  const required = new Set((query.required ?? []) as string[]);
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema,
  }));
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: REPEATS[operation.idempotent ?? 'tasks'],
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
  return [...inPath, ...inQuery, ...(operation.idempotent ? [key] : [])];
}

function requestBodyOf(operation: Operation, body: z.ZodType, components: JsonObject): JsonObject {
  const types = operation.bodyTypes ?? ['application/json'];
  const schema = schemaOf(body, components, 'input');
  const multipart = { type: 'object', properties: { file: schema }, required: ['file'] };
  return {
    required: true,
    content: Object.fromEntries(
      types.map((type) => [type, { schema: type === 'multipart/form-data' ? multipart : schema }]),
    ),
  };
}

function errorResponses(operation: Operation): JsonObject {
  const always = operation.access === 'public' ? [] : (['missing_key', 'invalid_key', 'forbidden'] as const);
  // Query fields are read strictly everywhere, also where there are none.
  const codes = [
    ...always,
    'unknown_field',
    ...operation.errors,
    ...(operation.idempotent ? (['idempotency_mismatch', 'idempotency_in_progress'] as const) : []),
    'rate_limited',
    'overloaded',
    'unavailable',
    'internal',
  ] as const;
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, names]) => [
      String(status),
      {
        description: names.map((name) => `\`${name}\``).join(', '),
        headers: headersOf(Number(status)),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** JSON Schema of a shape; named shapes go to `components` once and are referred to. */
function schemaOf(schema: z.ZodType, components: JsonObject, io: 'input' | 'output'): JsonObject {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
    },
    reused: 'inline',
  }) as JsonObject & { $defs?: Record<string, JsonObject> };
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = relocate(definition);
  // A named shape comes as a reference to its own definition, which has just been put there.
  return bounded(relocate(root));
}

function relocate(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/'));
}
