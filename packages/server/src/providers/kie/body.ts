/** The create request, built exactly: what sets length, price or look is always written out. Same order, same bytes. */
import type { InputRole, Order } from '@sluice/contract';
import type { PathContext, SubmitIds } from '../contract.ts';
import { KieSettings } from './auth.ts';
import { type Route, videoModes } from './models.ts';

export function createBody(order: Order, route: Route, ids: SubmitIds, path: PathContext): string {
  const settings = KieSettings.safeParse(path.settings);
  const byTier = settings.success && settings.data.motion_mode === 'tier';
  const input =
    route.id === 'kling-3.0/video'
      ? videoInput(order, route)
      : motionInput(order, byTier ? videoModes : route.modes);
  return JSON.stringify({ model: route.id, callBackUrl: ids.callbackUrl ?? undefined, input });
}

/** Lengths: the clip's is text here, a shot's is a number. Both are the other way round elsewhere. */
function videoInput(order: Order, route: Route): object {
  const custom = order.multiShot === 'custom';
  const images = urlsOf(order, 'first_frame', 'last_frame');
  return {
    prompt: custom ? undefined : order.prompt,
    image_urls: images.length > 0 ? images : undefined,
    sound: order.sound === 'on',
    duration: order.seconds === null ? undefined : String(order.seconds),
    aspect_ratio: order.aspectRatio ?? undefined,
    mode: route.modes[order.resolution],
    multi_shots: custom,
    multi_prompt: custom
      ? order.shots.map(({ prompt, seconds }) => ({ prompt, duration: seconds }))
      : undefined,
  };
}

function motionInput(order: Order, modes: Route['modes']): object {
  return {
    prompt: order.prompt.trim() === '' ? undefined : order.prompt,
    input_urls: urlsOf(order, 'motion_image'),
    video_urls: urlsOf(order, 'motion_video'),
    mode: modes[order.resolution],
    character_orientation: order.orientation ?? undefined,
  };
}

function urlsOf(order: Order, ...roles: InputRole[]): (string | undefined)[] {
  return roles.flatMap((role) => order.inputs.filter((input) => input.role === role)).map(({ url }) => url);
}
