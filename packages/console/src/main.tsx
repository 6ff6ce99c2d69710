/**
 * Where the console starts: theme, cache, session, router. It is drawn when it is known who is here and the page that
 * was opened has its script; until then the frame of `index.html` stands there.
 */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { sessionQuery } from './api/session.ts';
import { Entrance } from './app/entrance.tsx';
import { router } from './app/router.ts';
import { GradeCard } from './ui/grade-card.tsx';
import { Toasts } from './ui/toast.tsx';
import './style/app.css';

const place = document.getElementById('root');
if (place) {
  await queryClient.prefetchQuery(sessionQuery);
  // A page that cannot be loaded says so itself, when it is drawn.
  if (queryClient.getQueryData(sessionQuery.queryKey)) await router.load().catch(() => {});
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Entrance />
        <GradeCard />
        <Toasts />
      </QueryClientProvider>
    </StrictMode>,
  );
}
