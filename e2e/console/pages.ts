/** Every page of the console by its address, and whose page it is. The checks and the pictures go through this list. */
export type Who = 'operator' | 'developer' | 'billing';

/** What the addresses lead to. */
export type Things = {
  taskId: string;
  failedTaskId: string;
  endpointId: string;
  planId: string;
  path: string;
};

export type Page = {
  /** Also the name of its picture. */
  name: string;
  as: Who;
  at: (things: Things) => string;
  /** Its first heading. */
  heading: RegExp;
  /** There when the page is whole. */
  shows: RegExp;
};

export const PAGES: readonly Page[] = [
  { name: 'home', as: 'operator', at: () => '', heading: /^Home$/, shows: /Recent clips/ },
  { name: 'models', as: 'developer', at: () => 'models', heading: /^Models$/, shows: /Kling 3\.0/ },
  {
    name: 'model',
    as: 'developer',
    at: () => 'models/kling-3.0',
    heading: /Kling 3\.0/,
    shows: /text-to-video|from words/i,
  },
  {
    name: 'playground',
    as: 'developer',
    at: () => 'playground?model=kling-3.0',
    heading: /^Playground$/,
    shows: /Generate/,
  },
  { name: 'tasks', as: 'developer', at: () => 'tasks', heading: /^Tasks$/, shows: /a heron/ },
  {
    name: 'task',
    as: 'developer',
    at: ({ taskId }) => `tasks/${taskId}`,
    heading: /a heron/,
    shows: /task\.completed/,
  },
  {
    name: 'task-of-operator',
    as: 'operator',
    at: ({ taskId }) => `tasks/${taskId}`,
    heading: /a heron/,
    shows: /Raw requests/,
  },
  {
    name: 'failed-task',
    as: 'developer',
    at: ({ failedTaskId }) => `tasks/${failedTaskId}`,
    heading: /refused/,
    shows: /Nothing was charged/,
  },
  { name: 'paths', as: 'operator', at: () => 'paths', heading: /^Paths$/, shows: /kling-sandbox/ },
  {
    name: 'path',
    as: 'operator',
    at: ({ path }) => `paths/${path}`,
    heading: /kling-sandbox/,
    shows: /questions to the vendor/,
  },
  {
    name: 'compare',
    as: 'operator',
    at: () => 'compare',
    heading: /^Compare$/,
    shows: /Open questions/,
  },
  {
    name: 'plan',
    as: 'operator',
    at: ({ planId }) => `plan?id=${planId}`,
    heading: /^Plan$/,
    shows: /What it rests on/,
  },
  { name: 'money', as: 'billing', at: () => 'money', heading: /^Money$/, shows: /Charge/ },
  { name: 'money-of-all', as: 'operator', at: () => 'money', heading: /^Money$/, shows: /Charge/ },
  {
    name: 'developers',
    as: 'developer',
    at: () => 'developers',
    heading: /^Developers$/,
    shows: /From your own code/,
  },
  {
    name: 'webhook',
    as: 'developer',
    at: ({ endpointId }) => `developers/webhooks/${endpointId}`,
    heading: /./,
    shows: /Deliver/,
  },
  { name: 'settings', as: 'operator', at: () => 'settings', heading: /^Settings$/, shows: /Members/ },
];
