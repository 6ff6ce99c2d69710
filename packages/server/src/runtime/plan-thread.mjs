// The first file of a plan's thread. Threads do not inherit the loader that reads TypeScript where Node itself does not
// (before 22.18), and a file that is itself TypeScript could not load it.
if (!process.features.typescript) (await import('tsx/esm/api')).register();
await import('./plan-thread.ts');
