import { expect, test } from 'vitest';
import { CommitUnknownError, commitIsUnknown, databaseFailure, RolledBackError } from './database-failure.ts';

const failure = (code: string | null, message = 'failed') =>
  Object.assign(new Error(message), code === null ? {} : { code });

test.each([
  [failure('40001'), 'contention'],
  [failure('40P01'), 'contention'],
  [failure('55P03'), 'unavailable'],
  [failure('57014'), 'unavailable'],
  [failure('57P01'), 'unavailable'],
  [failure('57P03'), 'unavailable'],
  [failure('53300'), 'unavailable'],
  [failure('08006'), 'unavailable'],
  [failure('ECONNREFUSED'), 'unavailable'],
  [failure('ENOENT'), 'unavailable'],
  // Five capital letters, like SQLSTATE, but from the operating system.
  [failure('EPIPE', 'write EPIPE'), 'unavailable'],
  [failure(null, 'Connection terminated unexpectedly'), 'unavailable'],
  [failure(null, 'timeout exceeded when trying to connect'), 'unavailable'],
  [failure('23505'), 'constraint'],
  [failure('23514'), 'constraint'],
  [failure('42P01'), 'other'],
  [failure('P0001'), 'other'],
  [failure(null, 'a bug'), 'other'],
  ['not an error', 'other'],
  [new CommitUnknownError(), 'commit_unknown'],
  [new RolledBackError(), 'other'],
])('%s is %s', (error, expected) => {
  expect(databaseFailure(error)).toBe(expected);
});

test.each([
  [failure('40001'), false],
  [failure('23503'), false],
  [new RolledBackError(), false],
  [failure('40003'), true],
  [failure('57P01'), true],
  [failure('08006'), true],
  [failure('EPIPE'), true],
  [failure('ECONNRESET'), true],
  [failure(null, 'Connection terminated unexpectedly'), true],
])('after %s at COMMIT, that it is unknown is %s', (error, expected) => {
  expect(commitIsUnknown(error)).toBe(expected);
});
