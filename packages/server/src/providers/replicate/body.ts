/**
 * The create request, written out exactly: what sets length, price or look is always sent, never left to a default
 * of the model (which is 1080p, and to keep the sound of a video). Same order, same bytes.
 */
import type { Order } from '@sluice/contract';
import type { SubmitIds } from '../contract.ts';
import { modelOf, routeOf } from './models.ts';
import { addressed } from './prompt.ts';

/** The name under which our id travels in the address of the webhook; comes back wherever that is shown. */
export const ATTEMPT_PARAMETER = 'attempt';

/** Null when an input cannot be sent as it stands (a file of ours that nobody turned into an address). */
export function inputOf(order: Order): Record<string, unknown> | null {
  const route = routeOf(order);
  if (!route) return null;
  if (order.inputs.some(({ url }) => !/^(?:https?:|data:)/.test(url ?? ''))) return null;
  const urls = (...roles: string[]) =>
    order.inputs.flatMap(({ role, url }) => (url && roles.includes(role) ? [url] : []));
  const video = urls('reference_video', 'base_video')[0];
  const images = urls('reference_image');
  const custom = order.multiShot === 'custom';
  const shots = order.shots.map(({ prompt, seconds }) => ({
    prompt: addressed(prompt, order),
    duration: seconds,
  }));
  const input = {
    prompt: addressed(order.prompt, order),
    negative_prompt: order.negativePrompt ?? undefined,
    start_image: urls('first_frame')[0],
    end_image: urls('last_frame')[0],
    reference_images: images.length > 0 ? images : undefined,
    reference_video: video,
    video_reference_type: video && (order.mode === 'video-edit' ? 'base' : 'feature'),
    keep_original_sound: video && order.sound === 'original',
    mode: route.resolutions[order.resolution],
    aspect_ratio: order.aspectRatio ?? undefined,
    duration: order.seconds ?? undefined,
    generate_audio: route.makesSound ? order.sound === 'on' : undefined,
    multi_prompt: custom ? JSON.stringify(shots) : undefined,
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

export function createRequest(order: Order, ids: SubmitIds): { url: string; body: string } | null {
  const input = inputOf(order);
  const slug = modelOf(order.model)?.slug;
  if (!input || !slug) return null;
  const webhook =
    ids.callbackUrl === null
      ? {}
      : {
          webhook: withAttempt(ids.callbackUrl, ids.correlationId),
          webhook_events_filter: ['start', 'completed'],
        };
  return { url: `/models/${slug}/predictions`, body: JSON.stringify({ input, ...webhook }) };
}

function withAttempt(callbackUrl: string, correlationId: string): string {
  const url = new URL(callbackUrl);
  url.searchParams.set(ATTEMPT_PARAMETER, correlationId);
  return url.toString();
}

/** The attempt that a webhook's address was made for; null when it is none of ours. */
export function attemptOf(webhook: string | null): string | null {
  if (webhook === null || !URL.canParse(webhook)) return null;
  return new URL(webhook).searchParams.get(ATTEMPT_PARAMETER);
}
