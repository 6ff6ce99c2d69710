/** The pages by name: what the rail shows, and what the palette finds. A page is one entry here and one route. */
import type { Session } from '@sluice/sdk';
import { Clapperboard, House, ListVideo, type LucideIcon, Shapes } from 'lucide-react';

export type PageEntry = {
  path: '/' | '/models' | '/playground' | '/tasks';
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
];
