import { describe, expect, test } from 'vitest';
import {
  attemptStates,
  attemptTransitions,
  isLegalMove,
  isTerminal,
  occupyingStates,
  stageOf,
  statusOf,
  taskStates,
  taskTransitions,
} from './task.ts';

/** Rows leave, columns enter. */
const MOVES = `
           queued running saving settling succeeded failed canceled
queued     .      x       .      x        .         .      .
running    x      .       x      x        .         .      .
saving     .      .       .      x        .         .      .
settling   .      .       .      .        x         x      x
succeeded  .      .       .      .        .         .      .
failed     .      .       .      .        .         .      .
canceled   .      .       .      .        .         .      .`;

test('the moves of a task are these and no others', () => {
  const [, ...lines] = MOVES.trim().split('\n');
  expect(lines.map((line) => line.trim().split(/ +/)[0])).toEqual([...taskStates]);
  for (const line of lines) {
    const [from, ...marks] = line.trim().split(/ +/);
    marks.forEach((mark, column) => {
      const [leaves, enters] = [taskStates.find((state) => state === from), taskStates[column]];
      if (leaves === undefined || enters === undefined) throw new Error(`unreadable line ${line}`);
      expect(isLegalMove(leaves, enters), `${leaves} to ${enters}`).toBe(mark === 'x');
    });
  }
});

test('every task can end, from every state', () => {
  for (const start of taskStates) {
    const reached = new Set([start]);
    for (const state of reached) for (const next of taskTransitions[state]) reached.add(next);
    expect([...reached].some(isTerminal)).toBe(true);
  }
  expect(taskStates.filter(isTerminal)).toEqual(['succeeded', 'failed', 'canceled']);
});

describe('attempts', () => {
  test('what was sent can be found out; what ended stays ended, save what was given up on', () => {
    for (const state of attemptStates) {
      const moves = attemptTransitions[state];
      const occupying = occupyingStates.some((each) => each === state);
      if (occupying) expect(moves.length).toBeGreaterThan(1);
      else expect(moves).toEqual(state === 'abandoned' ? ['accepted', 'unknown'] : []);
    }
  });

  test('only what is provably not there is sent again', () => {
    expect(attemptStates.filter((state) => attemptTransitions[state].includes('sending'))).toEqual([
      'unknown',
    ]);
    expect(attemptTransitions.accepted).not.toContain('refused');
  });
});

test.each([
  ['queued', null, 'queued', 'pending'],
  ['running', 'sending', 'sending', 'processing'],
  ['running', 'unknown', 'unknown', 'processing'],
  ['running', 'accepted', 'rendering', 'processing'],
  ['running', null, 'rendering', 'processing'],
  ['saving', 'succeeded', 'saving', 'processing'],
  ['settling', 'failed', 'settling', 'processing'],
  ['succeeded', 'succeeded', 'succeeded', 'completed'],
  ['failed', 'failed', 'failed', 'failed'],
  ['canceled', null, 'canceled', 'cancelled'],
] as const)('%s with an attempt %s is shown as %s, %s', (state, attempt, stage, status) => {
  expect(stageOf(state, attempt)).toBe(stage);
  expect(statusOf(state)).toBe(status);
});
