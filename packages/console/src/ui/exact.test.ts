import { describe, expect, test } from 'vitest';
import { compareAmounts, isZero, sumOf } from './exact.ts';

describe('sums of money', () => {
  test.each([
    [['0.1', '0.2'], '0.300000'],
    [['10000000.000001', '0.000001', '-0.000002'], '10000000.000000'],
    [Array.from({ length: 1_000 }, () => '0.07'), '70.000000'],
    [['90071992547409.93', '0.01'], '90071992547409.940000'],
    [['1', '-3.5'], '-2.500000'],
    [[], '0.000000'],
  ])('%#: exact to the last place', (amounts, sum) => expect(sumOf(amounts)).toBe(sum));

  test('amounts are compared as amounts, not as texts', () => {
    expect(['10', '9.5', '-1', '-10.000001'].toSorted(compareAmounts)).toEqual([
      '-10.000001',
      '-1',
      '9.5',
      '10',
    ]);
    expect([isZero('0.00'), isZero('-0.000001')]).toEqual([true, false]);
  });

  test('what is no amount is refused instead of counted as nothing', () => {
    expect(() => sumOf(['1.5 USD'])).toThrow('not an amount');
    expect(() => sumOf(['NaN'])).toThrow('not an amount');
  });
});
