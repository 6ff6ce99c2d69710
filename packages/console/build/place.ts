/** Where the console lies, and where the gateway serves it. Apart from the bundler, which takes a second to load. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/** Where the gateway serves it. */
export const BASE = '/console/';
