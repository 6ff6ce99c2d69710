/**
 * The exam. Hand in a subject and run the trials with any test runner; each fails by throwing. A law
 * under `exceptions` is not asked, and one that leads to no trial at all is itself a failure, so that
 * nobody passes by handing in nothing.
 */
import assert from 'node:assert/strict';
import { buildingTrials } from './building.ts';
import { callingTrials } from './calling.ts';
import { type Law, laws, type Trial, trial } from './laws.ts';
import { observingTrials } from './observing.ts';
import { promisingTrials } from './promising.ts';
import type { Subject } from './subject.ts';
import { refusalCoverage, submittingTrials } from './submitting.ts';

export function exercise(subject: Subject): Trial[] {
  const excepted = new Set<number>(subject.exceptions.map((exception) => exception.law));
  const trials = [
    ...buildingTrials(subject),
    ...submittingTrials(subject),
    refusalCoverage(subject),
    ...observingTrials(subject),
    ...callingTrials(subject),
    ...promisingTrials(subject),
  ].filter((one) => !excepted.has(one.law));
  const asked = new Set<number>(trials.map((one) => one.law));
  const unasked = lawNumbers().filter((law) => !excepted.has(law) && !asked.has(law));
  return [
    ...trials,
    ...unasked.map((law) =>
      trial(law, laws[law], () =>
        assert.fail('the subject hands in nothing that this law could be asked of'),
      ),
    ),
  ];
}

function lawNumbers(): Law[] {
  return Object.keys(laws).map((number) => Number(number) as Law);
}
