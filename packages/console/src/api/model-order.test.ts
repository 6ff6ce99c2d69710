import { expect, test } from 'vitest';
import { inOrder } from './model-order.ts';

const model = (name: string, paths: string[] = ['a']) => ({ id: name.toLowerCase(), name, paths });

test('the newest generation that can be had, then other lines, then older ones, then what nobody reaches', () => {
  const shuffled = [
    model('Kling 2.5 Turbo'),
    model('Kling 4.0', []),
    model('Kling 2.6 Motion Control'),
    model('Kling O1'),
    model('Kling 3.0 Turbo'),
    model('Kling 2.6'),
    model('Kling Motion Control'),
    model('Kling 4.0 Flash', []),
    model('Kling O3'),
    model('Kling 3.0'),
  ];
  expect(inOrder(shuffled).map(({ name }) => name)).toEqual([
    'Kling 3.0',
    'Kling 3.0 Turbo',
    'Kling O3',
    'Kling O1',
    'Kling Motion Control',
    'Kling 2.6',
    'Kling 2.6 Motion Control',
    'Kling 2.5 Turbo',
    'Kling 4.0',
    'Kling 4.0 Flash',
  ]);
});

test('once a path leads to a newer generation, it comes first', () => {
  const names = inOrder([model('Kling O3'), model('Kling 3.0'), model('Kling 4.0')]).map(({ name }) => name);
  expect(names).toEqual(['Kling 4.0', 'Kling O3', 'Kling 3.0']);
});
