/** `sluice.plans`: would these paths carry this traffic, at what cost, and what gives way first? */
import { type Clock, platformClock } from './clock.ts';
import { everyItem } from './pages.ts';
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { CreatePlan, Deleted, Page, Plan, PlanHead } from './types.ts';
import type { PageQuery } from './webhooks.ts';

const LOOK_MS = 500;

export type PlanWaitOptions = CallOptions & {
  onProgress?: ((plan: Plan) => void) | undefined;
  clock?: Clock | undefined;
};

export function plansGroup(transport: Transport) {
  const list = (query: PageQuery = {}, options?: CallOptions): Promise<Page<PlanHead>> =>
    transport.json({ route: routes.listPlans, query }, options);
  const get = (id: string, options?: CallOptions): Promise<Plan> =>
    transport.json({ route: routes.getPlan, id }, options);
  return {
    /** Answers at once; the work goes on at the gateway. See `wait`. */
    create: (plan: CreatePlan, options?: CallOptions): Promise<Plan> =>
      transport.json({ route: routes.createPlan, body: plan }, options),
    list,
    all: (query: Omit<PageQuery, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<PlanHead> =>
      everyItem((cursor) => list({ ...query, cursor }, options)),
    get,
    /** Reads it until it is done, failed or interrupted. */
    wait: async (id: string, options: PlanWaitOptions = {}): Promise<Plan> => {
      const { onProgress, clock = platformClock, ...call } = options;
      for (;;) {
        const plan = await get(id, call);
        onProgress?.(plan);
        if (plan.status !== 'waiting' && plan.status !== 'running') return plan;
        await clock.sleep(LOOK_MS, call.signal ?? undefined);
      }
    },
    /** The result as one HTML page that loads nothing from elsewhere. */
    report: async (id: string, options?: CallOptions): Promise<string> => {
      const response = await transport.open(
        { route: routes.getPlanReport, id, accept: 'text/html' },
        options,
      );
      return await response.text();
    },
    delete: (id: string, options?: CallOptions): Promise<Deleted> =>
      transport.json({ route: routes.deletePlan, id }, options),
  };
}
