/** How the console is bundled: one object for the build, the watching build of a developer, and the tests. */
import { resolve } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { namePages } from './pages.ts';
import { BASE, ROOT } from './place.ts';

const EVERYWHERE = /\/node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack)\//;
const OF_LONG_LISTS = /\/@tanstack\/(react-virtual|virtual-core)\//;
const OURS =
  /\/(console\/src\/(api|app|gate|ui)|sdk\/src)\/|\/pages\/\w+\/search\.ts$|\/node_modules\/lucide-react\//;
/** Fetched by the first page or press that needs them: charts, budgets, and what stands on the library of widgets. */
const ON_DEMAND = /\/ui\/(lines|chart|menu|budget)\.tsx$/;

/**
 * Few files instead of many small ones: each is a round trip, and browsers ask for six at a time. What every page runs
 * on comes first; what opens by a press comes when somebody is there; the rest belongs to its page.
 */
const GROUPS = [
  {
    name: 'base',
    test: (id: string) => EVERYWHERE.test(slashed(id)) && !OF_LONG_LISTS.test(slashed(id)),
    priority: 3,
  },
  { name: 'widgets', test: (id: string) => slashed(id).includes('/node_modules/@ariakit/'), priority: 2 },
  {
    name: 'parts',
    test: (id: string) => OURS.test(slashed(id)) && !ON_DEMAND.test(slashed(id)),
    minShareCount: 2,
    priority: 1,
  },
];

function slashed(id: string): string {
  return id.replaceAll('\\', '/');
}

export function bundling(outDir: string): InlineConfig {
  return {
    root: ROOT,
    base: BASE,
    // Nothing is read or written beside the sources: the clone may be read-only.
    configFile: false,
    envDir: false,
    cacheDir: resolve(outDir, '.vite'),
    logLevel: 'warn',
    plugins: [react(), tailwind(), namePages(ROOT, BASE)],
    build: {
      outDir,
      emptyOutDir: true,
      // The policy of the page allows files of ours only, no data addresses and no inline script.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      chunkSizeWarningLimit: 900,
      rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
    },
  };
}
