/** Routes of both generations of Kling's API, under `/kling`. */
import { answered, type DoorRoute } from '../door.ts';
import { createCurrent, createLegacy } from './create.ts';
import { listCurrent, listLegacy, queryLegacy, queryTasks } from './queries.ts';
import { envelope } from './reply.ts';

const CURRENT = ['text-to-video', 'image-to-video', 'omni-video', 'motion-control'] as const;
const LEGACY = ['text2video', 'image2video', 'omni-video', 'motion-control'] as const;

export const klingRoutes: readonly DoorRoute[] = [
  ...CURRENT.map(
    (kind): DoorRoute => ({
      name: kind,
      method: 'POST',
      path: `/kling/${kind}/{model}`,
      access: 'tasks:write',
      body: 'json',
      creates: true,
      handle: createCurrent(kind),
    }),
  ),
  { name: 'query', method: 'GET', path: '/kling/tasks', access: 'tasks:read', handle: queryTasks },
  {
    name: 'list',
    method: 'POST',
    path: '/kling/tasks',
    access: 'tasks:read',
    body: 'json',
    handle: listCurrent,
  },
  ...LEGACY.flatMap((kind): DoorRoute[] => [
    {
      name: `v1/${kind}`,
      method: 'POST',
      path: `/kling/v1/videos/${kind}`,
      access: 'tasks:write',
      body: 'json',
      creates: true,
      handle: createLegacy(kind),
    },
    {
      name: `v1/${kind}/list`,
      method: 'GET',
      path: `/kling/v1/videos/${kind}`,
      access: 'tasks:read',
      handle: listLegacy(kind),
    },
    {
      name: `v1/${kind}/query`,
      method: 'GET',
      path: `/kling/v1/videos/${kind}/{id}`,
      access: 'tasks:read',
      handle: queryLegacy,
    },
  ]),
  {
    // There are no packs here: money is one balance, at GET /v1/balance.
    name: 'costs',
    method: 'GET',
    path: '/kling/account/costs',
    access: 'billing:read',
    handle: async ({ request }) => {
      const packs = { code: 0, msg: 'success', resource_pack_subscribe_infos: [] };
      return answered(envelope(packs, request.id));
    },
  },
];
