/** OpenAI's videos at `/v1/videos`. See README.md for what it cannot express. */
import { type Door, identifyBy } from '../door.ts';
import { openaiRefusal } from './errors.ts';
import { eventOf } from './reply.ts';
import { openaiRoutes } from './routes.ts';

export const openaiDoor: Door = {
  name: 'openai',
  // The native API lives beside it: /v1/videos/generations.
  claims: (path) => /^\/v1\/videos(?:\/(?!generations(?:\/|$))|$)/.test(path),
  identify: identifyBy('bearer'),
  refusal: openaiRefusal,
  // Registered endpoints only: there is no address in a request.
  webhook: { signing: 'standard', tell: eventOf },
  routes: openaiRoutes,
};
