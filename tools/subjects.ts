/**
 * What each provider of the registry hands in to the exam: its folder's `testing/subject.ts` exports a function without
 * parameters, named `…Subject`, for each provider in it. Found by looking, so that a new adapter adds no line here.
 */
import { existsSync, readdirSync } from 'node:fs';
import type { Subject } from '@sluice/server/providers/conformance/subject.ts';
import type { Provider } from '@sluice/server/providers/contract.ts';

const ADAPTERS = new URL('../packages/server/src/providers/', import.meta.url);

const subjects = new Map((await allSubjects()).map((subject) => [subject.provider.id, subject]));

/** A provider without one has not sat the exam: an error. */
export function subjectOf({ id }: Provider): Subject {
  const subject = subjects.get(id);
  if (!subject) throw new Error(`the provider ${id} hands in no subject for the exam`);
  return subject;
}

async function allSubjects(): Promise<Subject[]> {
  const files = readdirSync(ADAPTERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => new URL(`${entry.name}/testing/subject.ts`, ADAPTERS))
    .filter((file) => existsSync(file));
  const modules: Record<string, unknown>[] = await Promise.all(files.map((file) => import(file.href)));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, make]) =>
      name.endsWith('Subject') && isMaker(make) ? [make()] : [],
    ),
  );
}

/** By the convention above; `subjectOf` asks for the provider's own id. */
function isMaker(value: unknown): value is () => Subject {
  return typeof value === 'function' && value.length === 0;
}
