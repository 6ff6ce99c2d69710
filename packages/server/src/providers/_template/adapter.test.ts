import { describe, test } from 'vitest';
import { exercise } from '../conformance/exercise.ts';
import { toySubject } from './testing/subject.ts';

describe('the template sits the exam', () => {
  for (const { name, run } of exercise(toySubject())) test(name, run);
});
