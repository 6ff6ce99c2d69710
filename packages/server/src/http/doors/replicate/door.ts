/** Replicate's predictions at `/replicate/v1`. See README.md for what it cannot express. */
import { type Door, identifyBy } from '../door.ts';
import { replicateRefusal } from './errors.ts';
import { predictionOf } from './reply.ts';
import { replicateRoutes } from './routes.ts';

export const replicateDoor: Door = {
  name: 'replicate',
  claims: (path) => path === '/replicate' || path.startsWith('/replicate/'),
  identify: identifyBy('bearer', 'token'),
  refusal: replicateRefusal,
  webhook: { signing: 'standard', tell: ({ task, words, base }) => predictionOf({ task, words }, base) },
  routes: replicateRoutes,
};
