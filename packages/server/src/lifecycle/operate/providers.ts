/** The providers that a path can be of, and what their credentials and settings are called: for whoever adds one. */
import { z } from 'zod';
import { providers } from '../../providers/registry.ts';

export type ProviderField = { name: string; required: boolean; description: string };
export type ProviderFacts = {
  id: string;
  name: string;
  defaultBaseUrl: string;
  credential: ProviderField[];
  settings: ProviderField[];
};

const Shape = z.object({
  properties: z.record(z.string(), z.object({ description: z.string().optional() })).optional(),
  required: z.array(z.string()).optional(),
});
const Alternatives = z.object({ anyOf: z.array(Shape).optional() });

export function providerFacts(): ProviderFacts[] {
  return providers.map(({ id, name, defaultBaseUrl, credential, settings }) => ({
    id,
    name,
    defaultBaseUrl,
    credential: fieldsOf(credential),
    settings: fieldsOf(settings),
  }));
}

/** Of alternatives, all fields of each: required is only what every one of them requires. */
function fieldsOf(schema: z.ZodType): ProviderField[] {
  const json: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const shapes = Alternatives.parse(json).anyOf ?? [Shape.parse(json)];
  const fields = new Map<string, ProviderField>();
  for (const { properties = {} } of shapes) {
    for (const [name, { description = '' }] of Object.entries(properties)) {
      const required = shapes.every((shape) => shape.required?.includes(name) ?? false);
      fields.set(name, { name, required, description });
    }
  }
  return [...fields.values()];
}
