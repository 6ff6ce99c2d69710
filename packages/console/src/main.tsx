/** Where the console starts: theme, cache, session, router. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { Entrance } from './app/entrance.tsx';
import { Toasts } from './ui/toast.tsx';
import './style/app.css';

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Entrance />
        <Toasts />
      </QueryClientProvider>
    </StrictMode>,
  );
}
