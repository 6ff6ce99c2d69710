/** No price is published, so the way to one of your own must work: the sheet that the README shows is taken. */
import { readFileSync } from 'node:fs';
import { PriceOverlay } from '@sluice/contract';
import { expect, test } from 'vitest';
import { replicateModels } from './models.ts';

test('the price sheet of the README is one that can be entered', () => {
  const text = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const block = /POST \/v1\/price-sheets\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const overlay = PriceOverlay.parse(JSON.parse(block));
  expect(overlay.entries?.every(({ model }) => Object.hasOwn(replicateModels, model))).toBe(true);
});
