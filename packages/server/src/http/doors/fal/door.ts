/** fal's queue at `/fal`. See README.md for what it cannot express. */
import { type Door, identifyBy } from '../door.ts';
import { falRefusal } from './errors.ts';
import { falRoutes } from './routes.ts';

export const falDoor: Door = {
  name: 'fal',
  claims: (path) => path === '/fal' || path.startsWith('/fal/'),
  identify: identifyBy('key', 'bearer'),
  refusal: falRefusal,
  routes: falRoutes,
};
