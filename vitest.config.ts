import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['packages/server/src/store/testing/global-setup.ts'],
    pool: 'forks',
    // Real databases and child processes take part: more workers only make each other wait.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['packages/**/src/**/*.test.ts', 'packages/**/src/**/*.test.tsx'],
          // Modules are read once for each worker, not once for each of hundreds of files: that was half of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['simulation/**/*.test.ts', 'e2e/**/*.test.ts', 'tools/**/*.test.ts'],
          globalSetup: ['e2e/console/unpack.ts'],
        },
      },
    ],
  },
});
