/** A call of the AI SDK, as its gateway client sends it, as an order; what has no place in one becomes a warning. */
import type { CreateGeneration, Refusal } from '@sluice/contract';
import { z } from 'zod';
import type { FileRow } from '../../../store/files.ts';
import { parseFields } from '../../fields.ts';
import type { DoorCall } from '../door.ts';
import { uploadDataAddress } from '../inputs.ts';

const Input = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url'), url: z.string().min(1), mediaType: z.string().optional() }),
  z.object({ type: z.literal('file'), data: z.string().min(1), mediaType: z.string().optional() }),
]);
type Input = z.infer<typeof Input>;

/** Its own words for Kling's models (`providerOptions.klingai`). */
const Klingai = z.looseObject({
  mode: z.enum(['std', 'pro', '4k']).optional(),
  negativePrompt: z.string().optional(),
  sound: z.enum(['on', 'off']).optional(),
  imageTail: z.string().optional(),
  videoUrl: z.string().optional(),
  characterOrientation: z.enum(['image', 'video']).optional(),
  keepOriginalSound: z.enum(['yes', 'no']).optional(),
});

const Body = z.object({
  prompt: z.string().optional(),
  n: z.number().int().min(1).default(1),
  aspectRatio: z.string().optional(),
  resolution: z
    .string()
    .regex(/^\d+x\d+$/)
    .optional(),
  duration: z.number().int().optional(),
  fps: z.number().optional(),
  seed: z.number().optional(),
  generateAudio: z.boolean().optional(),
  image: Input.optional(),
  frameImages: z
    .array(z.object({ image: Input, frameType: z.enum(['first_frame', 'last_frame']) }))
    .optional(),
  inputReferences: z.array(Input).optional(),
  providerOptions: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  callbackUrl: z.url().max(2048).optional(),
});
type Body = z.infer<typeof Body>;

export type Warning = { type: 'unsupported'; feature: string; details: string };

export type CallRead =
  | { ok: true; order: CreateGeneration; asked: unknown; uploads: FileRow[]; warnings: Warning[] }
  | { ok: false; refusal: Refusal; uploads: FileRow[] };

const QUALITY: Readonly<Record<number, NonNullable<CreateGeneration['quality']>>> = {
  720: '720p',
  1080: '1080p',
  2160: '4k',
};
const MODES = { std: '720p', pro: '1080p', '4k': '4k' } as const;

export async function readCall(call: DoorCall): Promise<CallRead> {
  const uploads: FileRow[] = [];
  const parsed = parseFields(Body, call.body ?? {});
  if (!parsed.ok) return { ...parsed, uploads };
  const body = parsed.value;
  const named = namedModel(call);
  if (!named) return { ok: false, refusal: { code: 'unknown_model', field: 'ai-model-id' }, uploads };
  if (body.n > 1) {
    const message = 'One clip for each call; several come of several calls.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'n', message, allowed: [1] }, uploads };
  }
  const kling = parseFields(Klingai, body.providerOptions.klingai ?? {});
  if (!kling.ok) return { ...kling, uploads };
  const digest: Record<string, string> = {};
  const media = await mediaOf(call, body, kling.value, uploads, digest);
  if (!media.ok) return { ...media, uploads };
  const plain = { ...named, ...wordsOf(body, kling.value, media.value) };
  const own = body.providerOptions.sluice ?? {};
  const order = { ...plain, ...media.value, ...own, model: plain.model } as CreateGeneration;
  if (body.callbackUrl !== undefined) order.callback_url = body.callbackUrl;
  return { ok: true, order, asked: { plain, own, digest }, uploads, warnings: warningsOf(body, kling.value) };
}

/** By the names of the AI Gateway, or ours, with or without somebody's name before it. */
function namedModel(call: DoorCall): Pick<CreateGeneration, 'model' | 'mode'> | null {
  const { catalogue } = call.context;
  const name = String(call.request.headers['ai-model-id'] ?? '');
  const known = catalogue.door('ai-gateway').models.find((model) => model.name === name);
  if (known) return known.order;
  const own = name.split('/').at(-1) ?? '';
  return catalogue.model(own) ? { model: own } : null;
}

function wordsOf(
  body: Body,
  kling: z.infer<typeof Klingai>,
  media: Partial<CreateGeneration>,
): Partial<CreateGeneration> {
  const [width = 0, height = 0] = body.resolution?.split('x').map(Number) ?? [];
  const quality =
    QUALITY[Math.min(width, height)] ?? (kling.mode === undefined ? undefined : MODES[kling.mode]);
  const framed = media.image_start !== undefined || media.image_end !== undefined;
  const ratio = body.aspectRatio ?? (width > 0 && !framed ? ratioOf(width, height) : undefined);
  const sound =
    kling.sound ?? (body.generateAudio === undefined ? undefined : body.generateAudio ? 'on' : 'off');
  const faces = kling.characterOrientation;
  return {
    ...(body.prompt === undefined ? {} : { prompt: body.prompt }),
    ...(body.duration === undefined ? {} : { duration: body.duration }),
    ...(quality === undefined ? {} : { quality }),
    ...(ratio === undefined || ratio === 'adaptive' ? {} : { aspect_ratio: ratio }),
    ...(sound === undefined ? {} : { sound }),
    ...(kling.negativePrompt === undefined ? {} : { negative_prompt: kling.negativePrompt }),
    ...(kling.keepOriginalSound === undefined
      ? {}
      : { keep_original_sound: kling.keepOriginalSound === 'yes' }),
    ...(faces === undefined ? {} : { model_params: { character_orientation: faces } }),
  };
}

function ratioOf(width: number, height: number): string {
  let [a, b] = [width, height];
  while (b > 0) [a, b] = [b, a % b];
  return `${width / a}:${height / a}`;
}

type MediaRead = { ok: true; value: Partial<CreateGeneration> } | { ok: false; refusal: Refusal };

async function mediaOf(
  call: DoorCall,
  body: Body,
  kling: z.infer<typeof Klingai>,
  uploads: FileRow[],
  digest: Record<string, string>,
): Promise<MediaRead> {
  const frame = (type: string) => body.frameImages?.find(({ frameType }) => frameType === type)?.image;
  const references = body.inputReferences ?? [];
  const motion = kling.videoUrl !== undefined;
  const first = frame('first_frame') ?? body.image;
  const given: { at: string; field: string; input: Input | undefined }[] = [
    { at: motion ? 'image_urls' : 'image_start', field: 'image', input: first },
    { at: 'image_end', field: 'frameImages', input: frame('last_frame') ?? addressed(kling.imageTail) },
    { at: 'video_urls', field: 'providerOptions.klingai.videoUrl', input: addressed(kling.videoUrl) },
    ...references.map((input, index) => ({
      at: isVideo(input) ? 'video_urls' : 'image_urls',
      field: `inputReferences[${index}]`,
      input,
    })),
  ];
  const places = new Map<string, string[]>();
  for (const { at, field, input } of given) {
    if (input === undefined) continue;
    const address = await addressOf(call, field, input, uploads);
    if (!address.ok) return address;
    digest[field] = address.digest;
    places.set(at, [...(places.get(at) ?? []), address.value]);
  }
  const value = Object.fromEntries(
    [...places].map(([at, addresses]) => [at, at.endsWith('_urls') ? addresses : addresses[0]]),
  );
  return { ok: true, value };
}

function addressed(url: string | undefined): Input | undefined {
  return url === undefined ? undefined : { type: 'url', url };
}

function isVideo(input: Input): boolean {
  if (input.mediaType !== undefined) return input.mediaType.startsWith('video/');
  return input.type === 'url' && /\.(?:mp4|mov|m4v)(?:[?#]|$)/i.test(input.url);
}

type Address = { ok: true; value: string; digest: string } | { ok: false; refusal: Refusal };

async function addressOf(call: DoorCall, field: string, input: Input, uploads: FileRow[]): Promise<Address> {
  if (input.type === 'url') return { ok: true, value: input.url, digest: input.url };
  const inline = await uploadDataAddress(call, field, `data:;base64,${input.data}`);
  if (!inline.ok) return inline;
  uploads.push(inline.file);
  return { ok: true, value: `file:${inline.file.id}`, digest: inline.file.sha256 };
}

const KLINGAI_KNOWN = new Set([...Object.keys(Klingai.shape), 'pollIntervalMs', 'pollTimeoutMs']);

function warningsOf({ fps, seed, resolution }: Body, kling: z.infer<typeof Klingai>): Warning[] {
  const [width = 0, height = 0] = resolution?.split('x').map(Number) ?? [];
  const odd = resolution !== undefined && QUALITY[Math.min(width, height)] === undefined;
  const unknown = Object.keys(kling).filter((name) => !KLINGAI_KNOWN.has(name));
  const features = [
    ...(fps === undefined ? [] : ['fps']),
    ...(seed === undefined ? [] : ['seed']),
    ...(odd ? ['resolution'] : []),
    ...unknown.map((name) => `providerOptions.klingai.${name}`),
  ];
  const details = 'It has no effect here.';
  return features.map((feature) => ({ type: 'unsupported', feature, details }));
}
