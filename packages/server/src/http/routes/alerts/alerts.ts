/** What needs a person now. */
import { alertsOf } from '../../../lifecycle/operate/alerts.ts';
import { ownerOf } from '../../auth.ts';
import { type Handlers, ok } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

export const alertHandlers: Pick<Handlers, 'listAlerts'> = {
  listAlerts: async ({ context, caller }) => {
    const alerts = await alertsOf(context, context.books, ownerOf(caller));
    const data = alerts.map(({ alert: code, sinceMs, ...rest }) => ({
      object: 'alert',
      code,
      ...rest,
      since: instant(sinceMs),
    }));
    return ok({ object: 'list', data, next_cursor: null });
  },
};
