// The first file of a plan's thread. Threads do not inherit the loader that reads TypeScript, and a file that is itself
// TypeScript could not load it.
import { register } from 'tsx/esm/api';

register();
await import('./plan-thread.ts');
