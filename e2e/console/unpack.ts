/** Before any test: unpacks the browser that several test files start at the same time. */
import { installed, unpacked } from './browser.ts';

export default async function unpack(): Promise<void> {
  if (installed() === undefined) await unpacked();
}
