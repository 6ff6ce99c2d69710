/** What needs a person. */
import * as alerts from './alerts.ts';
import { json, list, type Operation } from './operation.ts';

export const alertOperations = {
  listAlerts: {
    method: 'get',
    path: '/v1/alerts',
    tag: 'Alerts',
    summary: 'What needs a person now',
    access: 'tasks:read',
    response: json(list(alerts.Alert, 'AlertList'), 'Critical ones first.'),
    errors: [],
  },
} satisfies Record<string, Operation>;
