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
  const named = process.env.CHROMIUM_PATH;
  const found = named ?? OF_THE_SYSTEM.find((path) => existsSync(path));
  if (found !== undefined) return chromium.launch({ executablePath: found, args: ARGS });
  const { default: packed } = await import('@sparticuz/chromium');
  const executablePath = await packed.executablePath();
  return chromium.launch({ executablePath, args: [...ARGS, '--headless=new'] });
}
