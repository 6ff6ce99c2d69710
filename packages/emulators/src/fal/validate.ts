/** Checks an input as the model's schema does: every wrong field is complained about in one list. */
import type { Json, JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { Field, Model } from './models.ts';

export type Complaint = { loc: string[]; msg: string; type: string };

export function complaintsAbout(model: Model, input: JsonObject): Complaint[] {
  const found: Complaint[] = [];
  for (const name of model.required) {
    if (isMissing(input[name])) found.push(complaint(name, 'Field required', 'missing'));
  }
  if (model.eitherPrompt && isMissing(input.prompt) === isMissing(input.multi_prompt)) {
    found.push(complaint('prompt', 'Either prompt or multi_prompt must be provided', 'value_error'));
  }
  for (const [name, field] of Object.entries(model.fields)) {
    const value = input[name];
    const wrong = value === undefined || value === null ? null : problemOf(field, value);
    if (wrong !== null) found.push(complaint(name, wrong, 'value_error'));
  }
  return found;
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function complaint(field: string, msg: string, type: string): Complaint {
  return { loc: ['body', field], msg, type };
}

function problemOf(field: Field, value: Json): string | null {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' && value.length <= field.most
        ? null
        : `Text of at most ${field.most} characters`;
    case 'choice': {
      const known = (typeof value === 'string' || typeof value === 'number') && field.of.includes(value);
      return known ? null : `Input should be one of: ${field.of.join(', ')}`;
    }
    case 'switch':
      return typeof value === 'boolean' ? null : 'Input should be a boolean';
    case 'number':
      return typeof value === 'number' && value >= field.from && value <= field.to
        ? null
        : `Input should be a number from ${field.from} to ${field.to}`;
    case 'link':
      return isLink(value) ? null : 'Input should be a URL';
    case 'links':
      return Array.isArray(value) && value.length <= field.most && value.every(isLink)
        ? null
        : `Input should be a list of at most ${field.most} URLs`;
    case 'shots':
      return shotsProblem(value, field.lengths);
  }
}

function isLink(value: Json): boolean {
  return typeof value === 'string' && (/^https?:\/\//.test(value) || value.startsWith('data:'));
}

function shotsProblem(value: Json, lengths: 'text' | 'number'): string | null {
  const good =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (shot) => isObject(shot) && typeof shot.prompt === 'string' && lengthOf(shot.duration, lengths) > 0,
    );
  return good ? null : `Input should be a list of shots with a prompt and a duration (${lengths})`;
}

/** 0: no length. */
export function lengthOf(value: Json | undefined, lengths: 'text' | 'number'): number {
  if (lengths === 'number') return typeof value === 'number' && Number.isInteger(value) ? value : 0;
  return typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : 0;
}
