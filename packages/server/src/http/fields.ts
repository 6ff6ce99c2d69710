/** What is wrong with a request, in the words of its sender: which field, what is allowed there, what was meant. */
import type { Refusal } from '@sluice/contract';
import { z } from 'zod';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

export function parseFields<Value>(schema: z.ZodType<Value>, input: unknown): Parsed<Value> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, refusal: refusalOfIssues(schema, parsed.error.issues, input) };
}

type Issue = z.core.$ZodIssue;
type Step = PropertyKey;

/** A misspelt name explains the missing one, so unknown fields are told first. */
function refusalOfIssues(schema: z.ZodType, issues: readonly Issue[], input: unknown): Refusal {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown) return unknownField(schema, unknown);
  const issue = issues[0];
  if (!issue) return { code: 'invalid_input' };
  return invalidField(deepest(issue), input);
}

function unknownField(schema: z.ZodType, issue: z.core.$ZodIssueUnrecognizedKeys): Refusal {
  const name = issue.keys[0] ?? '';
  const allowed = namesAt(schema, issue.path);
  const meant = allowed?.find((known) => isNear(known, name));
  return {
    code: 'unknown_field',
    field: fieldPath([...issue.path, name]),
    message: `There is no field "${name}" here${meant ? `; did you mean "${meant}"?` : '.'}`,
    ...(allowed ? { allowed } : {}),
  };
}

/** Of a union, what is wrong with the alternative that came closest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors
    .map((issues) => issues[0])
    .filter((first) => first !== undefined)
    .sort((a, b) => b.path.length - a.path.length)[0];
  return inner && inner.path.length > 0 ? deepest({ ...inner, path: [...issue.path, ...inner.path] }) : issue;
}

function invalidField(issue: Issue, input: unknown): Refusal {
  const field = fieldPath(issue.path);
  const missing = issue.path.length > 0 && valueAt(input, issue.path) === undefined;
  const allowed = allowedBy(issue);
  const message = missing ? `${field} is required.` : `${field || 'The body'}: ${sentence(issue.message)}`;
  return {
    code: 'invalid_input',
    message,
    ...(field ? { field } : {}),
    ...(allowed === undefined ? {} : { allowed }),
  };
}

function sentence(message: string): string {
  const text = message.replace(/^Invalid input: /, '').replace(/^Too (small|big): /, '');
  return text.endsWith('.') ? text : `${text}.`;
}

function allowedBy(issue: Issue): unknown {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values;
    case 'invalid_type':
      return { type: issue.expected };
    case 'too_small':
      return { minimum: Number(issue.minimum) };
    case 'too_big':
      return { maximum: Number(issue.maximum) };
    case 'invalid_format':
      return { format: issue.format };
    default:
      return undefined;
  }
}

/** `model_params.multi_prompt[0].prompt`. */
function fieldPath(path: readonly Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

function valueAt(input: unknown, path: readonly Step[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function namesAt(schema: z.ZodType, path: readonly Step[]): string[] | null {
  let at: unknown = schema;
  for (const step of path) {
    const inner = unwrapped(at);
    if (inner instanceof z.ZodObject) at = Reflect.get(inner.shape, step);
    else if (inner instanceof z.ZodArray) at = inner.element;
    else return null;
  }
  const last = unwrapped(at);
  return last instanceof z.ZodObject ? Object.keys(last.shape) : null;
}

function unwrapped(schema: unknown): unknown {
  let at = schema;
  while (
    at instanceof z.ZodOptional ||
    at instanceof z.ZodDefault ||
    at instanceof z.ZodNullable ||
    at instanceof z.ZodLazy
  ) {
    at = at.unwrap();
  }
  return at;
}

/** The same but for one letter too many, too few, other or swapped, or for the way of writing words together. */
function isNear(known: string, given: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [a, b] = [plain(known), plain(given)];
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 3) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
