/** Resource units as whole thousandths, so that 0.6 x 5 is exactly 3. */
export function parseUnits(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null) throw new Error(`not an amount of units: ${text}`);
  const [, sign = '', whole = '0', part = ''] = match;
  const amount = BigInt(whole) * 1000n + BigInt(part.padEnd(3, '0'));
  return sign === '-' ? -amount : amount;
}

export function formatUnits(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const size = amount < 0n ? -amount : amount;
  const part = (size % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
  return `${sign}${size / 1000n}${part === '' ? '' : `.${part}`}`;
}
