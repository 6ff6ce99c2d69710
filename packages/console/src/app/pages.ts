/** The pages by name: what the rail shows, and what the palette finds. A page is one entry here and one route. */
import type { Session } from '@sluice/sdk';
import {
  Banknote,
  ChartSpline,
  Clapperboard,
  Code,
  House,
  ListVideo,
  type LucideIcon,
  Route,
  Scale,
  Settings2,
  Shapes,
} from 'lucide-react';

export type PageEntry = {
  path:
    | '/'
    | '/models'
    | '/playground'
    | '/tasks'
    | '/paths'
    | '/compare'
    | '/plan'
    | '/money'
    | '/developers'
    | '/settings';
  label: string;
  icon: LucideIcon;
  /** Other words that somebody may look for. */
  words: string;
  /** Who sees it in the rail; everybody when left out. */
  for?: (session: Session) => boolean;
};

export const PAGES: readonly PageEntry[] = [
  { path: '/', label: 'Home', icon: House, words: 'dashboard gate overview today' },
  { path: '/models', label: 'Models', icon: Shapes, words: 'prices capabilities kling catalogue' },
  { path: '/playground', label: 'Playground', icon: Clapperboard, words: 'create try generate order clip' },
  { path: '/tasks', label: 'Tasks', icon: ListVideo, words: 'jobs list history clips' },
  {
    path: '/paths',
    label: 'Paths',
    icon: Route,
    words: 'access vendors slots limits wallet credential pause drain',
    for: ({ operator }) => operator,
  },
  {
    path: '/compare',
    label: 'Compare',
    icon: Scale,
    words: 'vendors dossier evidence checks verdict procurement mix',
    for: ({ operator }) => operator,
  },
  {
    path: '/plan',
    label: 'Plan',
    icon: ChartSpline,
    words: 'capacity peak simulate what-if slots forecast',
    for: ({ operator }) => operator,
  },
  {
    path: '/money',
    label: 'Money',
    icon: Banknote,
    words: 'balance spend ledger statements top-up margin budget',
    for: ({ operator, scopes }) => operator || scopes.includes('billing:read'),
  },
  {
    path: '/developers',
    label: 'Developers',
    icon: Code,
    words: 'keys webhooks events api guides deliveries',
  },
  { path: '/settings', label: 'Settings', icon: Settings2, words: 'members roles accounts alerts storage' },
];
