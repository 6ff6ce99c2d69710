import { expect, test } from 'vitest';
import { buildOpenApi } from './openapi.ts';
import { bounded } from './openapi-bounds.ts';

test('each named shape is written out, and none is only a reference to itself', () => {
  const { components } = buildOpenApi() as { components: { schemas: Record<string, { $ref?: string }> } };
  const hollow = Object.entries(components.schemas).filter(([name, { $ref }]) => $ref?.endsWith(`/${name}`));
  expect(hollow).toEqual([]);
  expect(components.schemas.CreateGeneration).toMatchObject({ type: 'object', required: ['model'] });
});

test('bounds are added where a shape has none, also beside null, and stand where it has them', () => {
  const shape = {
    type: 'object',
    properties: {
      type: { type: ['string', 'null'] },
      default: { type: 'integer', minimum: 1, maximum: 300, default: 5 },
      many: { type: 'array', items: { type: 'string', maxLength: 3 } },
      above: { type: 'integer', exclusiveMinimum: 0 },
    },
  };
  expect(bounded(shape)).toEqual({
    type: 'object',
    properties: {
      type: { type: ['string', 'null'], maxLength: 1_048_576 },
      default: { type: 'integer', format: 'int32', minimum: 1, maximum: 300, default: 5 },
      many: { type: 'array', items: { type: 'string', maxLength: 3 }, maxItems: 100_000 },
      above: { type: 'integer', format: 'int64', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
  });
});

test('the server is named by its https address, or relative to the document', () => {
  const urlOf = (url?: string) => (buildOpenApi(url) as { servers: { url: string }[] }).servers[0]?.url;
  expect(urlOf('https://sluice.example')).toBe('https://sluice.example');
  expect(urlOf('http://10.0.0.1:8080')).toBe('/');
});
