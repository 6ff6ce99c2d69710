/** The video part of Vercel's AI Gateway protocol, under `/ai-gateway`. See README.md for what it cannot express. */
import { type Door, identifyBy } from '../door.ts';
import { aiGatewayRefusal } from './errors.ts';
import { aiGatewayRoutes } from './routes.ts';

export const aiGatewayDoor: Door = {
  name: 'ai-gateway',
  claims: (path) => /^\/ai-gateway(?:\/|$)/.test(path),
  identify: identifyBy('bearer'),
  refusal: aiGatewayRefusal,
  routes: aiGatewayRoutes,
};
