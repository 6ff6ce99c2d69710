import { describe, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { klingSubject } from './testing/subject.ts';

describe('Kling sits the exam', () => {
  for (const { name, run } of exercise(klingSubject())) test(name, run);
});
