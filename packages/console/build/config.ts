/** How the console is bundled: one object for the build, the watching build of a developer, and the tests. */
import { resolve } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { BASE, ROOT } from './place.ts';

export function bundling(outDir: string): InlineConfig {
  return {
    root: ROOT,
    base: BASE,
    // Nothing is read or written beside the sources: the clone may be read-only.
    configFile: false,
    envDir: false,
    cacheDir: resolve(outDir, '.vite'),
    logLevel: 'warn',
    plugins: [react(), tailwind()],
    build: {
      outDir,
      emptyOutDir: true,
      // The policy of the page allows files of ours only, no data addresses and no inline script.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      chunkSizeWarningLimit: 900,
    },
  };
}
