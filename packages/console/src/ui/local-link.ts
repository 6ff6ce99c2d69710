/**
 * Links of the gateway name its public address. The page that shows them was loaded from the gateway too, maybe by
 * another name, and its policy lets it load from there only: the same path and signature, asked here.
 */
export function localLink(url: string): string {
  const { pathname, search } = new URL(url, window.location.origin);
  return pathname + search;
}
