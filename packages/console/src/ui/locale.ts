/**
 * In whose way times, numbers and money are written: decided here once, for every use of Intl. Nothing else reads the
 * browser's language.
 */
import { validLanguage } from './valid-language.ts';

export const LOCALE = validLanguage([...(navigator.languages ?? []), navigator.language]);

/** A library that asks the browser itself, such as uPlot, throws on a word that is no language: it is told ours. */
if (validLanguage([navigator.language]) !== navigator.language) {
  Object.defineProperty(navigator, 'language', { value: LOCALE, configurable: true });
}

const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

/** How many: 12,000. */
export function countText(count: number | bigint): string {
  return counts.format(count);
}
