import { describe, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { replicateSubject } from './testing/subject.ts';

describe('Replicate sits the exam', () => {
  for (const { name, run } of exercise(replicateSubject())) test(name, run);
});
