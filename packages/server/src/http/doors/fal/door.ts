/** fal's queue at `/fal`. See README.md for what it cannot express. */
import { type Door, identifyBy } from '../door.ts';
import { falRefusal } from './errors.ts';
import { webhookOf } from './reply.ts';
import { falRoutes } from './routes.ts';

export const falDoor: Door = {
  name: 'fal',
  claims: (path) => path === '/fal' || path.startsWith('/fal/'),
  identify: identifyBy('key', 'bearer'),
  refusal: falRefusal,
  webhook: { signing: 'published_key', tell: ({ task }) => webhookOf(task) },
  routes: falRoutes,
};
