/** How an access path is chosen where several can do an order. */
import { z } from 'zod';

export const RoutingPolicy = z.enum(['cheapest', 'fastest', 'most_reliable', 'weighted']).meta({
  id: 'RoutingPolicy',
  description:
    '`cheapest` by the worst case of the price; `fastest` by expected wait and render time; `most_reliable` by ' +
    'measured failures; `weighted` by your own shares. A path that rests comes last under each.',
});
export type RoutingPolicy = z.infer<typeof RoutingPolicy>;

/** Without defaults: what an order does not say follows its account. */
export const Routing = z
  .strictObject({
    policy: RoutingPolicy.optional(),
    weights: z
      .record(z.string().max(63), z.number().min(0).max(1_000_000))
      .optional()
      .describe('Shares by path name, for `weighted`. A path that is not named gets nothing.'),
    regions: z
      .array(z.string().min(1).max(63))
      .max(20)
      .optional()
      .describe('Only paths that carry one of these tags; empty: anywhere.'),
    rerun: z
      .boolean()
      .optional()
      .describe(
        'Begin again once, on another path, when the upstream fails a render. You pay for one clip at most.',
      ),
  })
  .meta({ id: 'Routing', description: 'How paths are chosen for an order.' });
export type Routing = z.infer<typeof Routing>;
