import { expect, test } from 'vitest';
import { validLanguage } from './valid-language.ts';

test.each([
  { told: ['de-CH', 'en'], chosen: 'de-CH' },
  { told: ['en-US@posix', 'fr'], chosen: 'fr' },
  { told: ['en-US@posix'], chosen: 'en' },
  { told: ['', undefined, 'C.UTF-8', 'pt-BR'], chosen: 'pt-BR' },
  { told: [], chosen: 'en' },
])('of $told it is $chosen', ({ told, chosen }) => {
  expect(validLanguage(told)).toBe(chosen);
  expect(() => new Intl.NumberFormat(validLanguage(told))).not.toThrow();
});
