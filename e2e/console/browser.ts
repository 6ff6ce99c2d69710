/**
 * A real browser for the console's tests and pictures: the Chromium that comes with `npm ci`, or the one that
 * CHROMIUM_PATH names, or the system's. One for everything; each visitor gets a context of their own.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const OF_THE_SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** No sandbox of its own: tests run as root in containers, and visit nothing but this machine. */
const ARGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--hide-scrollbars',
  '--mute-audio',
];

export async function openBrowser(): Promise<Browser> {
  const found = installed();
  if (found !== undefined) return chromium.launch({ executablePath: found, args: ARGS });
  return chromium.launch({ executablePath: await unpacked(), args: [...ARGS, '--headless=new'] });
}

/** A Chromium that is there already, and needs no unpacking. */
export function installed(): string | undefined {
  return process.env.CHROMIUM_PATH ?? OF_THE_SYSTEM.find((path) => existsSync(path));
}

/** Not by two processes at once: the second would start a file that the first still writes. */
export async function unpacked(): Promise<string> {
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}
