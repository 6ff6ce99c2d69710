/** What needs a person, what did, and when somebody is told of it. */
import { z } from 'zod';
import * as alerts from './alerts.ts';
import { INPUT, json, list, type Operation, PageQuery } from './operation.ts';

export const alertOperations = {
  listAlerts: {
    method: 'get',
    path: '/v1/alerts',
    tag: 'Alerts',
    summary: 'What needs a person now, or did',
    description:
      'Those that stand are all told, critical ones first; those that are over by pages, the newest first, for 90 ' +
      'days. To be told, add an endpoint for `alert.raised` and `alert.cleared`: POST /v1/webhooks.',
    access: 'tasks:read',
    query: PageQuery.extend({ state: z.enum(['standing', 'over']).default('standing') }),
    response: json(list(alerts.Alert, 'AlertList'), 'Alerts.'),
    errors: ['invalid_input'],
  },
  getAlertSettings: {
    method: 'get',
    path: '/v1/alerts/settings',
    tag: 'Alerts',
    summary: 'When an alert is one',
    access: 'tasks:read',
    response: json(alerts.AlertSettings, 'The settings of the caller’s account, or of the operators.'),
    errors: [],
  },
  updateAlertSettings: {
    method: 'patch',
    path: '/v1/alerts/settings',
    tag: 'Alerts',
    summary: 'Change when an alert is one',
    access: 'webhooks:write',
    body: alerts.UpdateAlertSettings,
    response: json(alerts.AlertSettings, 'The settings.'),
    errors: [...INPUT],
  },
} satisfies Record<string, Operation>;
