/** Refusals in Replicate's words: `{ title, detail, status }`, and for bad input `invalid_fields`. */
import { type ErrorCode, errorCatalogue, type Refusal } from '@sluice/contract';
import type { RefusalShape } from '../../problem.ts';

const TITLES: Partial<Record<ErrorCode, string>> = {
  missing_key: 'Unauthenticated',
  invalid_key: 'Unauthenticated',
  insufficient_balance: 'Insufficient credit',
  key_budget_exhausted: 'Insufficient credit',
};

const NOT_FOUND = { detail: 'The requested resource could not be found.', status: 404 };

/** Our names for what its models call otherwise. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^image_start$|^first_frame$/, 'start_image'],
  [/^image_end$|^last_frame$/, 'end_image'],
  [/^image_urls\b|^reference_image$/, 'reference_images'],
  [/^video_urls?\b|^reference_video$|^base_video$/, 'reference_video'],
  [/^quality$/, 'mode'],
  [/^sound$/, 'generate_audio'],
  [/^model_params\.multi_prompt\b.*/, 'multi_prompt'],
];

export const replicateRefusal: RefusalShape = (refusal) => {
  const { code } = refusal;
  // Replicate hides what is not there behind one sentence, models included.
  if (code === 'not_found' || code === 'unknown_model') return { status: 404, body: NOT_FOUND };
  const status = code === 'idempotency_mismatch' ? 409 : errorCatalogue[code].status;
  if (status === 422) return { status, body: invalidInput(refusal) };
  const title = TITLES[code];
  return { status, body: { ...(title === undefined ? {} : { title }), detail: sentence(refusal), status } };
};

function invalidInput(refusal: Refusal): object {
  const { field } = refusal;
  const description = sentence(refusal);
  if (field === undefined || field === 'webhook') {
    return { title: 'Input validation failed', detail: description, status: 422 };
  }
  const own = field.replace(/^input\./, '');
  const named = `input.${FIELDS.find(([ours]) => ours.test(own))?.[1] ?? own}`;
  return {
    title: 'Input validation failed',
    detail: `- ${named}: ${description}\n`,
    status: 422,
    invalid_fields: [{ type: 'invalid', field: named, description }],
  };
}

function sentence({ code, message, fix }: Refusal): string {
  const entry = errorCatalogue[code];
  return `${message ?? entry.title} ${fix ?? entry.fix}`;
}
