/**
 * What somebody is about to order, as the form has it: one value for each thing that some model can be told. What the
 * chosen model and mode do not take is kept, so that going back and forth loses nothing, and left out of the order.
 */
import type { CreateGeneration, Mode, ModeCapability, Model, Resolution } from '@sluice/sdk';

export type Role = keyof ModeCapability['inputs'];

/** A picture or video that goes in: uploaded to the gateway, or a public address. */
export type Input = { reference: string; name: string; kind: 'image' | 'video'; preview: string | null };

export type Shot = { prompt: string; seconds: number };
export type Cutting = 'off' | 'auto' | 'custom';

export type Draft = {
  model: string;
  mode: Mode;
  prompt: string;
  negative: string;
  seconds: number | null;
  resolution: Resolution | null;
  aspect: string | null;
  sound: 'on' | 'off' | 'original' | null;
  cutting: Cutting;
  shots: Shot[];
  orientation: 'image' | 'video' | null;
  inputs: Partial<Record<Role, Input[]>>;
  /** Pinned to one path; null: the gateway chooses. */
  path: string | null;
};

export function newDraft(model: Model): Draft {
  return {
    model: model.id,
    mode: firstMode(model),
    prompt: '',
    negative: '',
    seconds: null,
    resolution: null,
    aspect: null,
    sound: null,
    cutting: 'off',
    shots: [],
    orientation: null,
    inputs: {},
    path: null,
  };
}

function firstMode({ modes }: Model): Mode {
  const all = Object.keys(modes) as Mode[];
  return all.includes('text-to-video') ? 'text-to-video' : (all[0] ?? 'text-to-video');
}

export function withModel(draft: Draft, model: Model): Draft {
  return {
    ...draft,
    model: model.id,
    mode: model.modes[draft.mode] ? draft.mode : firstMode(model),
    path: null,
  };
}

export function capabilityOf(draft: Draft, model: Model): ModeCapability | null {
  return model.modes[draft.mode] ?? null;
}

/** The value that goes out: what was chosen where it is offered, else what the model begins with. */
export function chosen<T>(value: T | null, offered: readonly T[], fallback: T | null): T | null {
  return value !== null && offered.includes(value) ? value : fallback;
}

export function settled(draft: Draft, capability: ModeCapability) {
  const { seconds } = capability;
  return {
    seconds: seconds === null ? null : chosen(draft.seconds, seconds.allowed, seconds.default),
    resolution: chosen(draft.resolution, capability.resolutions, capability.resolution_default),
    aspect: chosen(draft.aspect, capability.aspect_ratios, capability.aspect_ratio_default),
    sound: chosen(draft.sound, capability.sound, capability.sound_default),
    cutting:
      chosen<Cutting>(draft.cutting, capability.multi_shot, capability.multi_shot[0] ?? 'off') ?? 'off',
    orientation: chosen(draft.orientation, capability.orientations, capability.orientations[0] ?? null),
  };
}

export function inputsOf(draft: Draft, capability: ModeCapability, role: Role): Input[] {
  return (draft.inputs[role] ?? []).slice(0, capability.inputs[role]?.max ?? 0);
}

export function toOrder(draft: Draft, model: Model): CreateGeneration {
  const capability = capabilityOf(draft, model);
  const order: CreateGeneration = { model: draft.model, mode: draft.mode };
  if (capability === null) return order;
  const { seconds, resolution, aspect, sound, cutting, orientation } = settled(draft, capability);
  const prompt = draft.prompt.trim();
  const negative = draft.negative.trim();
  return {
    ...order,
    ...(prompt !== '' && { prompt }),
    ...(capability.negative_prompt && negative !== '' && { negative_prompt: negative }),
    ...(seconds !== null && cutting !== 'custom' && { duration: seconds }),
    ...(resolution !== null && { quality: resolution }),
    ...(aspect !== null && { aspect_ratio: aspect }),
    ...soundFields(sound),
    ...inputFields(draft, capability),
    ...paramFields(draft, cutting, orientation),
    ...(draft.path !== null && { path: draft.path }),
  };
}

function soundFields(sound: Draft['sound']): Partial<CreateGeneration> {
  if (sound === 'original') return { keep_original_sound: true };
  return sound === null ? {} : { sound };
}

function inputFields(draft: Draft, capability: ModeCapability): Partial<CreateGeneration> {
  const of = (role: Role): string[] => inputsOf(draft, capability, role).map(({ reference }) => reference);
  const [start] = of('first_frame');
  const [end] = of('last_frame');
  const middle = of('middle_frame');
  const images = draft.mode === 'motion-control' ? of('motion_image') : of('reference_image');
  const [video] = draft.mode === 'video-edit' ? of('base_video') : of('reference_video');
  const motion = of('motion_video');
  const elements = of('element');
  return {
    ...(start !== undefined && { image_start: start }),
    ...(end !== undefined && { image_end: end }),
    ...(middle.length > 0 && { image_middle: middle }),
    ...(images.length > 0 && { image_urls: images }),
    ...(video !== undefined && { video_url: video }),
    ...(motion.length > 0 && { video_urls: motion }),
    ...(elements.length > 0 && { element_list: elements.map((id) => ({ element_id: id })) }),
  };
}

function paramFields(
  draft: Draft,
  cutting: Cutting,
  orientation: Draft['orientation'],
): Partial<CreateGeneration> {
  const shots =
    cutting === 'custom'
      ? {
          multi_shot: true,
          shot_type: 'customize' as const,
          multi_prompt: draft.shots.map(({ prompt, seconds }, at) => ({
            index: at + 1,
            prompt,
            duration: seconds,
          })),
        }
      : cutting === 'auto'
        ? { multi_shot: true, shot_type: 'intelligence' as const }
        : {};
  const params = { ...shots, ...(orientation !== null && { character_orientation: orientation }) };
  return Object.keys(params).length === 0 ? {} : { model_params: params };
}

/** What is missing before there is anything to ask a price for, in words. */
export function missingIn(draft: Draft, model: Model): string | null {
  const capability = capabilityOf(draft, model);
  if (capability === null) return 'Choose a mode.';
  const { cutting } = settled(draft, capability);
  for (const [role, count] of Object.entries(capability.inputs) as [Role, { min: number }][]) {
    const given = inputsOf(draft, capability, role).length;
    if (given < count.min) return `Add ${ROLE_WORDS[role].toLowerCase()}.`;
  }
  if (
    cutting === 'custom' &&
    (draft.shots.length === 0 || draft.shots.some(({ prompt }) => prompt.trim() === ''))
  ) {
    return 'Write what happens in each shot.';
  }
  if (capability.prompt_required && cutting !== 'custom' && draft.prompt.trim() === '')
    return 'Write a prompt.';
  return null;
}

export const ROLE_WORDS: Record<Role, string> = {
  first_frame: 'First frame',
  last_frame: 'Last frame',
  middle_frame: 'Frames in between',
  reference_image: 'Reference pictures',
  reference_video: 'Reference video',
  base_video: 'Video to edit',
  motion_image: 'Figure',
  motion_video: 'Motion video',
  element: 'Elements',
};

export function kindOf(role: Role): 'image' | 'video' | 'id' {
  if (role === 'element') return 'id';
  return role === 'reference_video' || role === 'base_video' || role === 'motion_video' ? 'video' : 'image';
}

/** An order as it was once sent, back in the form. */
export function fromOrder(order: CreateGeneration, model: Model): Draft {
  const draft = newDraft(model);
  const mode = order.mode !== undefined && model.modes[order.mode] ? order.mode : draft.mode;
  const params = order.model_params;
  return {
    ...draft,
    mode,
    prompt: order.prompt ?? '',
    negative: order.negative_prompt ?? '',
    seconds: order.duration ?? null,
    resolution: order.quality ?? null,
    aspect: order.aspect_ratio ?? null,
    sound: order.keep_original_sound === true ? 'original' : (order.sound ?? null),
    cutting: params?.multi_shot !== true ? 'off' : params.shot_type === 'customize' ? 'custom' : 'auto',
    shots: (params?.multi_prompt ?? []).map(({ prompt, duration }) => ({
      prompt,
      seconds: Number(duration),
    })),
    orientation: params?.character_orientation ?? null,
    inputs: inputsFrom(order, mode),
    path: order.path ?? null,
  };
}

function inputsFrom(order: CreateGeneration, mode: Mode): Draft['inputs'] {
  const image = (reference: string): Input => ({
    reference,
    name: nameOf(reference),
    kind: 'image',
    preview: null,
  });
  const video = (reference: string): Input => ({ ...image(reference), kind: 'video' });
  const many = (list: readonly string[] | undefined, make: (reference: string) => Input) =>
    (list ?? []).map(make);
  const one = (value: string | undefined, make: (reference: string) => Input) => (value ? [make(value)] : []);
  return {
    first_frame: one(order.image_start, image),
    last_frame: one(order.image_end, image),
    middle_frame: many(order.image_middle, image),
    [mode === 'motion-control' ? 'motion_image' : 'reference_image']: many(order.image_urls, image),
    [mode === 'video-edit' ? 'base_video' : 'reference_video']: one(order.video_url, video),
    motion_video: many(order.video_urls, video),
    element: many(
      order.element_list?.map(({ element_id }) => element_id),
      image,
    ),
  };
}

export function nameOf(reference: string): string {
  if (!URL.canParse(reference) || reference.startsWith('file:')) return reference;
  const { hostname, pathname } = new URL(reference);
  return pathname.split('/').at(-1) || hostname;
}
