// The first file of the poster thread. Threads do not inherit the loader that reads TypeScript, and a file that is
// itself TypeScript could not load it.
import { register } from 'tsx/esm/api';

register();
await import('./poster-thread.ts');
