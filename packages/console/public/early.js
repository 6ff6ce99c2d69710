// Runs before the first paint and before the console's own scripts are here, so it is small and plain.
//
// A chosen theme never flashes in the other one; who is signed in sees the frame at once; and what the page needs first
// (who am I, its own script) is on its way while the rest is still being fetched.
(() => {
  const root = document.documentElement;
  let kept;
  try {
    kept = { ...localStorage, account: sessionStorage.getItem('sluice-account') };
  } catch {
    // Storage is closed: the system's theme, and nobody is signed in.
    return;
  }
  const theme = kept['sluice-theme'];
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (kept['sluice-rail'] === 'narrow') root.dataset.rail = 'narrow';

  const byLink = new URLSearchParams(location.hash.slice(1)).has('token');
  if (kept['sluice-signed-in'] === undefined || byLink) return;
  root.dataset.inside = '';

  const address = '/v1/session';
  const headers = { accept: 'application/json' };
  if (kept.account && kept.account !== 'all') headers['sluice-account'] = kept.account;
  const answer = fetch(address, { headers, credentials: 'same-origin' });
  // Whoever takes it hears of a failure; nobody has to.
  answer.catch(() => {});
  window.sluiceEarly = { address, answer };

  const pages = document.querySelector('meta[name=pages]');
  if (pages === null) return;
  const [first = '', second] = location.pathname.replace(/^\/console\/?/, '').split('/');
  for (const href of JSON.parse(pages.content)[second ? `${first}/*` : first] ?? []) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.fetchPriority = 'low';
    link.href = href;
    document.head.append(link);
  }
})();
