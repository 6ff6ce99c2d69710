/** Coming back from the page on which is paid: which checkout, and whether its payer left it. */
export type MoneySearch = { checkout?: string; left?: true };

export function readMoneySearch(raw: Record<string, unknown>): MoneySearch {
  const { checkout, left } = raw;
  if (typeof checkout !== 'string' || !/^chk_\w{1,90}$/.test(checkout)) return {};
  return { checkout, ...(left === true && { left }) };
}
