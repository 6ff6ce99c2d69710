/** Refusals in fal's words: `{ "detail": … }`, a list of fields for bad input, a sentence for anything else. */
import { errorCatalogue, type Refusal } from '@sluice/contract';
import type { RefusalShape } from '../../problem.ts';

/** Our names for what its models call otherwise. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^image_start$|^first_frame$/, 'start_image_url'],
  [/^image_end$|^last_frame$/, 'end_image_url'],
  [/^image_middle\b|^middle_frame$/, 'middle_image_urls'],
  [/^image_urls\b|^reference_image$|^motion_image$/, 'image_urls'],
  [/^video_urls?\b|^reference_video$|^base_video$|^motion_video$/, 'video_url'],
  [/^quality$/, 'resolution'],
  [/^sound$/, 'generate_audio'],
  [/^model_params\.character_orientation$/, 'character_orientation'],
  [/^model_params\.multi_prompt\b.*/, 'multi_prompt'],
  [/^model_params\.multi_shot$/, 'shot_type'],
  [/^callback_url$/, 'fal_webhook'],
];

export const falRefusal: RefusalShape = (refusal, request) => {
  const { code } = refusal;
  switch (code) {
    case 'missing_key':
    case 'invalid_key':
      return detail(401, 'Cannot access application without a valid key.');
    case 'unknown_model':
      return detail(404, refusal.message ?? 'Application not found');
    case 'not_found':
      return request.url.includes('/cancel')
        ? { status: 404, body: { status: 'NOT_FOUND' } }
        : detail(404, 'Request not found');
    case 'insufficient_balance':
    case 'key_budget_exhausted':
      return detail(403, `User is locked. Reason: Exhausted balance. ${sentence(refusal)}`);
    case 'rate_limited':
    case 'queue_full':
      return { ...detail(429, sentence(refusal)), headers: { 'x-fal-needs-retry': '1' } };
  }
  const { status } = errorCatalogue[code];
  if (status !== 422) return detail(status, sentence(refusal));
  const field = refusal.field ?? '';
  const named = FIELDS.find(([ours]) => ours.test(field))?.[1] ?? field;
  const loc = named === '' ? ['body'] : ['body', ...named.split('.')];
  const item = { loc, msg: sentence(refusal), type: typeOf(code), ctx: { allowed: refusal.allowed ?? null } };
  return { status, body: { detail: [item] } };
};

function typeOf(code: Refusal['code']): string {
  if (code === 'unknown_field') return 'extra_forbidden';
  return code === 'input_unreachable' ? 'file_download_error' : 'value_error';
}

function detail(status: number, text: string): { status: number; body: unknown } {
  return { status, body: { detail: text } };
}

function sentence({ code, message, fix }: Refusal): string {
  const entry = errorCatalogue[code];
  return `${message ?? entry.title} ${fix ?? entry.fix}`;
}
