/** For `npm run dev` in this package: the console with hot reload before a gateway that runs on port 8080. */
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { bundling } from './build/config.ts';
import { ROOT } from './build/place.ts';

export default defineConfig({
  ...bundling(resolve(ROOT, 'dist', 'dev')),
  logLevel: 'info',
  server: { proxy: { '/v1': process.env.SLUICE_URL ?? 'http://127.0.0.1:8080' } },
});
