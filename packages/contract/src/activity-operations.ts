/** Reading what went on. */
import * as activity from './activity.ts';
import { json, type Operation } from './operation.ts';

export const activityOperations = {
  getActivity: {
    method: 'get',
    path: '/v1/activity',
    tag: 'Tasks',
    summary: 'Tasks of the last hours: how many, how they ended, how long they took',
    access: 'tasks:read',
    query: activity.ActivityQuery,
    response: json(activity.Activity, 'The figures.'),
    errors: ['invalid_input', 'unknown_field'],
  },
} satisfies Record<string, Operation>;
