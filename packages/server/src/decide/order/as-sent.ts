/**
 * A canonical order in the words of a client, every choice written out: sent again, it means the same clip. What was
 * particular to the first sending (its webhook, deadlines, metadata) is not part of it.
 */
import type { CreateGeneration, InputRole, Order } from '@sluice/contract';

export function asSent(order: Order): CreateGeneration {
  const { model, mode, prompt, negativePrompt, seconds, aspectRatio, resolution, inputSeconds } = order;
  return {
    model,
    mode,
    ...(prompt !== '' && { prompt }),
    ...(negativePrompt !== null && negativePrompt !== '' && { negative_prompt: negativePrompt }),
    ...(seconds !== null && { duration: seconds }),
    ...(aspectRatio !== null && { aspect_ratio: aspectRatio }),
    quality: resolution,
    ...(order.sound === 'original' ? { keep_original_sound: true } : { sound: order.sound }),
    ...inputsAsSent(order),
    ...(inputSeconds !== null && { input_seconds: inputSeconds }),
    ...paramsAsSent(order),
  };
}

function inputsAsSent({ inputs, mode }: Order): Partial<CreateGeneration> {
  const urls = (...roles: InputRole[]): string[] =>
    inputs.flatMap(({ role, url }) => (roles.includes(role) && url !== undefined ? [url] : []));
  const [start] = urls('first_frame');
  const [end] = urls('last_frame');
  const middle = urls('middle_frame');
  const images = urls('reference_image', 'motion_image');
  const videos = urls('reference_video', 'base_video', 'motion_video');
  const [video] = videos;
  const elements = inputs.flatMap(({ elementId }) =>
    elementId === undefined ? [] : [{ element_id: elementId }],
  );
  return {
    ...(start !== undefined && { image_start: start }),
    ...(end !== undefined && { image_end: end }),
    ...(middle.length > 0 && { image_middle: middle }),
    ...(images.length > 0 && { image_urls: images }),
    ...(video !== undefined && mode !== 'motion-control' && videos.length === 1 && { video_url: video }),
    ...(videos.length > 0 && (mode === 'motion-control' || videos.length > 1) && { video_urls: videos }),
    ...(elements.length > 0 && { element_list: elements }),
  };
}

function paramsAsSent({ multiShot, shots, orientation, watermark }: Order): Partial<CreateGeneration> {
  const params: CreateGeneration['model_params'] = {
    ...(multiShot === 'auto' && { multi_shot: true, shot_type: 'intelligence' as const }),
    ...(multiShot === 'custom' && {
      multi_shot: true,
      shot_type: 'customize' as const,
      multi_prompt: shots.map((shot, at) => ({ index: at + 1, prompt: shot.prompt, duration: shot.seconds })),
    }),
    ...(orientation !== null && { character_orientation: orientation }),
    ...(watermark && { watermark_info: { enabled: true } }),
  };
  return Object.keys(params).length === 0 ? {} : { model_params: params };
}
