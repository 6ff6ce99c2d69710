/** `sluice.webhooks`: endpoints, their secrets and their delivery log. */
import { type Clock, platformClock } from './clock.ts';
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  CallbackSecret,
  CreateEndpoint,
  Deleted,
  Delivery,
  DeliveryState,
  Endpoint,
  EndpointWithSecret,
  EventType,
  Page,
  UpdateEndpoint,
} from './types.ts';

export type PageQuery = { limit?: number | undefined; cursor?: string | undefined };
/** `of`: operators only, who by it read those of the installation itself. */
export type EndpointsQuery = PageQuery & { of?: 'installation' | undefined };
export type DeliveriesQuery = PageQuery & {
  state?: DeliveryState | undefined;
  event_type?: EventType | undefined;
};

/** A first try follows within a moment. */
const LOOK_MS = 500;

export type DeliveryWaitOptions = CallOptions & { clock?: Clock | undefined };

export type Webhooks = ReturnType<typeof webhooksGroup>;

export function webhooksGroup(transport: Transport) {
  const list = (query: EndpointsQuery = {}, options?: CallOptions): Promise<Page<Endpoint>> =>
    transport.json({ route: routes.listEndpoints, query }, options);

  const deliveries = (
    id: string,
    query: DeliveriesQuery = {},
    options?: CallOptions,
  ): Promise<Page<Delivery>> => transport.json({ route: routes.listDeliveries, id, query }, options);

  return {
    list,
    all: (query: Omit<EndpointsQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Endpoint> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    /** The answer holds the signing secret, shown this once. */
    create: (endpoint: CreateEndpoint, options?: CallOptions): Promise<EndpointWithSecret> =>
      transport.json({ route: routes.createEndpoint, body: endpoint }, options),
    get: (id: string, options?: CallOptions): Promise<Endpoint> =>
      transport.json({ route: routes.getEndpoint, id }, options),
    update: (id: string, change: UpdateEndpoint, options?: CallOptions): Promise<Endpoint> =>
      transport.json({ route: routes.updateEndpoint, id, body: change }, options),
    delete: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.deleteEndpoint, id }, options),
    /** A new secret; the old one keeps signing beside it for 24 hours. */
    rotate: (id: string, options?: CallOptions): Promise<EndpointWithSecret> =>
      transport.json({ route: routes.rotateEndpointSecret, id }, options),
    /** What signs deliveries to the `callback_url` of your tasks. */
    callbackSecret: (options?: CallOptions): Promise<CallbackSecret> =>
      transport.json({ route: routes.getCallbackSecret }, options),
    /** A new one; the old one keeps signing beside it for 24 hours. */
    rotateCallbackSecret: (options?: CallOptions): Promise<CallbackSecret> =>
      transport.json({ route: routes.rotateCallbackSecret }, options),
    /** Sends a signed test event now. */
    test: (id: string, options?: CallOptions): Promise<Delivery> =>
      transport.json({ route: routes.testEndpoint, id }, options),
    /** Delivery log of an endpoint, newest first. */
    deliveries,
    allDeliveries: (
      id: string,
      query: Omit<DeliveriesQuery, 'cursor'> = {},
      options?: CallOptions,
    ): AsyncGenerator<Delivery> => everyItem((cursor) => deliveries(id, { ...query, cursor }, options)),
    /** Reads the log until this one was tried: it arrived, or its attempts say why not. It is among the newest. */
    wait: async (
      id: string,
      deliveryId: string,
      { clock = platformClock, ...call }: DeliveryWaitOptions = {},
    ): Promise<Delivery> => {
      for (;;) {
        const { data } = await deliveries(id, {}, call);
        const delivery = data.find((each) => each.id === deliveryId);
        if (delivery && (delivery.state !== 'waiting' || delivery.attempts.length > 0)) return delivery;
        await clock.sleep(LOOK_MS, call.signal ?? undefined);
        call.signal?.throwIfAborted();
      }
    },
    /** Delivers an event again, under the same event id. */
    replay: (deliveryId: string, options?: CallOptions): Promise<Delivery> =>
      transport.json({ route: routes.replayDelivery, id: deliveryId }, options),
  };
}
