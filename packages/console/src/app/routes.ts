/** Every address of the console. Each page is a file of its own, loaded when somebody goes there. */
import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readCompareSearch } from '../pages/compare/search.ts';
import { readDeliverySearch } from '../pages/developers/search.ts';
import { readMoneySearch } from '../pages/money/search.ts';
import { readPlanSearch } from '../pages/plan/search.ts';
import { readPlaygroundSearch } from '../pages/playground/search.ts';
import { readTasksSearch } from '../pages/tasks/search.ts';
import {
  askHome,
  askMix,
  askModel,
  askModels,
  askPath,
  askPaths,
  askPlan,
  askPlayground,
  askTask,
} from './ask-first.ts';
import { Frame } from './frame.tsx';
import { NotHere, Stumbled } from './not-here.tsx';

const root = createRootRoute({ component: Frame, notFoundComponent: NotHere, errorComponent: Stumbled });

const at = { getParentRoute: () => root } as const;

const home = createRoute({
  ...at,
  path: '/',
  loader: () => askHome(),
  component: lazyRouteComponent(() => import('../pages/home/home.tsx'), 'Home'),
});
const models = createRoute({
  ...at,
  path: '/models',
  loader: () => askModels(),
  component: lazyRouteComponent(() => import('../pages/models/models.tsx'), 'Models'),
});
const model = createRoute({
  ...at,
  path: '/models/$id',
  loader: ({ params }) => askModel(params.id),
  component: lazyRouteComponent(() => import('../pages/models/model.tsx'), 'ModelPage'),
});
const playground = createRoute({
  ...at,
  path: '/playground',
  validateSearch: readPlaygroundSearch,
  loader: () => askPlayground(),
  component: lazyRouteComponent(() => import('../pages/playground/playground.tsx'), 'Playground'),
});
const tasks = createRoute({
  ...at,
  path: '/tasks',
  validateSearch: readTasksSearch,
  component: lazyRouteComponent(() => import('../pages/tasks/tasks.tsx'), 'Tasks'),
});
const task = createRoute({
  ...at,
  path: '/tasks/$id',
  loader: ({ params }) => askTask(params.id),
  component: lazyRouteComponent(() => import('../pages/tasks/task.tsx'), 'TaskPage'),
});

const paths = createRoute({
  ...at,
  path: '/paths',
  loader: () => askPaths(),
  component: lazyRouteComponent(() => import('../pages/paths/paths.tsx'), 'Paths'),
});
const path = createRoute({
  ...at,
  path: '/paths/$name',
  loader: ({ params }) => askPath(params.name),
  component: lazyRouteComponent(() => import('../pages/paths/path.tsx'), 'PathPage'),
});
const compare = createRoute({
  ...at,
  path: '/compare',
  validateSearch: readCompareSearch,
  loader: () => askMix(),
  component: lazyRouteComponent(() => import('../pages/compare/compare.tsx'), 'Compare'),
});
const plan = createRoute({
  ...at,
  path: '/plan',
  validateSearch: readPlanSearch,
  loaderDeps: ({ search: { id } }) => ({ id }),
  loader: ({ deps }) => askPlan(deps.id),
  component: lazyRouteComponent(() => import('../pages/plan/plan.tsx'), 'PlanPage'),
});
const money = createRoute({
  ...at,
  path: '/money',
  validateSearch: readMoneySearch,
  component: lazyRouteComponent(() => import('../pages/money/money.tsx'), 'Money'),
});
const developers = createRoute({
  ...at,
  path: '/developers',
  component: lazyRouteComponent(() => import('../pages/developers/developers.tsx'), 'Developers'),
});
const endpoint = createRoute({
  ...at,
  path: '/developers/webhooks/$id',
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import('../pages/developers/endpoint.tsx'), 'EndpointPage'),
});
const settings = createRoute({
  ...at,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/settings/settings.tsx'), 'Settings'),
});

export const routeTree = root.addChildren([
  home,
  models,
  model,
  playground,
  tasks,
  task,
  paths,
  path,
  compare,
  plan,
  money,
  developers,
  endpoint,
  settings,
]);
