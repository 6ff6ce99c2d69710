import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

test.each([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ a: undefined, b: 0.1 }, '{"b":0.1}'],
  [{ '10': 1, '9': 2, é: 3, Z: 4 }, '{"10":1,"9":2,"Z":4,"é":3}'],
  [{ a: { c: 1, b: '"\n' } }, '{"a":{"b":"\\"\\n","c":1}}'],
  [[undefined, -0, 1e21], '[null,0,1e+21]'],
  [{}, '{}'],
])('%j', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('what is not JSON is refused', () => {
  for (const value of [1n, () => 0, Symbol('s'), Number.NaN, undefined]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
});

test('reads back as the same value, and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
