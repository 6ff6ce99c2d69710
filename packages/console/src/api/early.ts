/** The answer that `public/early.js` asked for before the console's scripts were here; it is taken once. */
declare global {
  interface Window {
    sluiceEarly?: { address: string; answer: Promise<Response> };
  }
}

export function takeEarly(url: string, { method, signal }: RequestInit): Promise<Response> | null {
  const early = window.sluiceEarly;
  if (early === undefined || method !== 'GET' || url !== window.location.origin + early.address) return null;
  delete window.sluiceEarly;
  return new Promise((resolve, reject) => {
    // The request cannot be called back any more, but whoever waits for it can.
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    early.answer.then(resolve, reject);
  });
}
