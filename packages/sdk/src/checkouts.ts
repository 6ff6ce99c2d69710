/** `sluice.checkouts`: topping the account up by card. */
import { type Clock, platformClock } from './clock.ts';
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { Checkout, CheckoutTerms, CreateCheckout, Page } from './types.ts';
import type { PageQuery } from './webhooks.ts';

const LOOK_MS = 3_000;

export type CheckoutWaitOptions = CallOptions & {
  /** Told each time it was read. */
  onLook?: ((checkout: Checkout) => void) | undefined;
  clock?: Clock | undefined;
};

export function checkoutsGroup(transport: Transport) {
  const list = (query: PageQuery = {}, options?: CallOptions): Promise<Page<Checkout>> =>
    transport.json({ route: routes.listCheckouts, query }, options);
  const get = (id: string, options?: CallOptions): Promise<Checkout> =>
    transport.json({ route: routes.getCheckout, id }, options);
  const until = async (
    id: string,
    { onLook, clock = platformClock, ...call }: CheckoutWaitOptions,
    done: (checkout: Checkout) => boolean,
  ): Promise<Checkout> => {
    for (;;) {
      const checkout = await get(id, call);
      onLook?.(checkout);
      if (checkout.state !== 'pending' || done(checkout)) return checkout;
      await clock.sleep(LOOK_MS, call.signal ?? undefined);
    }
  };
  return {
    /** Whether cards are taken here, and within what bounds. */
    terms: (options?: CallOptions): Promise<CheckoutTerms> =>
      transport.json({ route: routes.getCheckoutTerms }, options),
    /** Answers with the page to pay on, `url`; null while Stripe has not answered: see `page`. */
    create: (checkout: CreateCheckout, options?: CallOptions): Promise<Checkout> =>
      transport.json({ route: routes.createCheckout, body: checkout }, options),
    list,
    all: (query: Omit<PageQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Checkout> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    get,
    /** Reads it until it has a page to pay on, or is over. */
    page: (id: string, options: CheckoutWaitOptions = {}): Promise<Checkout> =>
      until(id, options, ({ url }) => url !== null),
    /** Reads it until it is paid, expired or failed. */
    wait: (id: string, options: CheckoutWaitOptions = {}): Promise<Checkout> =>
      until(id, options, () => false),
  };
}
