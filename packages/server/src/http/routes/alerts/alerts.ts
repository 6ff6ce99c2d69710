/** What needs a person now, what did, and when an alert is one. */
import type { Alert } from '@sluice/contract';
import { AlertCode } from '@sluice/contract';
import type { z } from 'zod';
import { changeAlertSettings, readAlertSettings } from '../../../lifecycle/operate/alert-settings.ts';
import { alertsOf, identityOf } from '../../../lifecycle/operate/alerts.ts';
import type { AlertRow } from '../../../store/alerts.ts';
import { ownerOf } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Handlers, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

export const alertHandlers: Pick<Handlers, 'listAlerts' | 'getAlertSettings' | 'updateAlertSettings'> = {
  listAlerts: async ({ context, caller, query }) => {
    const reader = ownerOf(caller);
    if (query.state === 'standing') {
      return ok({ object: 'list', data: await standing(context, reader), next_cursor: null });
    }
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const page = { reader, before: cursor.before, most: query.limit + 1 };
    const rows = await context.store.alerts.over(page);
    return ok(pageOf(rows, query.limit, (row) => row.id, overView));
  },
  getAlertSettings: async ({ context, caller }) => ok(await readAlertSettings(context, ownerOf(caller))),
  updateAlertSettings: async ({ context, caller, body }) => {
    const answer = await changeAlertSettings(context, ownerOf(caller), body);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(answer.settings);
  },
};

type View = z.infer<typeof Alert>;

/** As it is now; what was told of it is as of the last look. */
async function standing(context: HttpContext, reader: string | null): Promise<View[]> {
  const [alerts, rows] = await Promise.all([
    alertsOf(context, reader),
    context.store.alerts.standing(reader),
  ]);
  const told = new Map(
    rows.map((row) => [JSON.stringify([row.code, row.subject, row.account_id, row.part]), row]),
  );
  return alerts.map((facts) => {
    const { alert: code, sinceMs, part: _, ...rest } = facts;
    const row = told.get(identityOf(facts));
    return {
      object: 'alert',
      code,
      ...rest,
      since: instant(sinceMs ?? row?.first_seen_at ?? null),
      told_at: instant(row?.told_at ?? null),
      cleared_at: null,
    };
  });
}

function overView(row: AlertRow): View {
  return {
    object: 'alert',
    code: AlertCode.parse(row.code),
    severity: row.severity,
    subject: row.subject,
    account: row.account_id,
    message: row.message,
    action: row.action,
    since: instant(row.since ?? row.first_seen_at),
    told_at: instant(row.told_at),
    cleared_at: instant(row.cleared_at),
  };
}
