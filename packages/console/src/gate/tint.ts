/** One colour for one account, the same on each page. */
const TINTS = 8;

export function tintOf(account: string | null): string {
  if (account === null) return 'var(--line-strong)';
  let sum = 7;
  for (let at = 0; at < account.length; at += 1) sum = (sum * 31 + account.charCodeAt(at)) % 65_521;
  return `var(--tint-${(sum % TINTS) + 1})`;
}
