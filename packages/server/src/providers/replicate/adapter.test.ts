import { describe, expect, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { notTaken } from '../conformance/taken.ts';
import { replicateSubject } from './testing/subject.ts';

describe('Replicate sits the exam', () => {
  for (const { name, run } of exercise(replicateSubject())) test(name, run);
});

test('the emulator takes every declared order', async () => {
  expect(await notTaken(replicateSubject())).toEqual([]);
});
