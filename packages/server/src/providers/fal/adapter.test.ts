import { describe, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { falSubject } from './testing/subject.ts';

describe('fal sits the exam', () => {
  for (const { name, run } of exercise(falSubject())) test(name, run);
});
