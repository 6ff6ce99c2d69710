/**
 * A call of the AI SDK as an order of ours. What the gateway has no word for becomes a warning, never a silent change;
 * what it has a word for is judged there, by its catalogue, with a message that names the field.
 */
import type {
  Experimental_VideoModelV3CallOptions as CallOptions,
  Experimental_VideoModelV3File as VideoFile,
  SharedV3Warning as Warning,
} from '@ai-sdk/provider';
import type { CreateGeneration } from '@sluice/sdk';

/**
 * `providerOptions: { sluice: { … } }`: all that an order may say, in the words of POST /v1/videos/generations.
 * It wins over what the call says elsewhere. The gateway refuses names that it does not know.
 */
export type SluiceVideoOptions = Partial<Omit<CreateGeneration, 'model' | 'callback_url'>>;

export type Wish = { order: CreateGeneration; warnings: Warning[] };

/** Makes an address that the gateway can read out of a file that came with the call. */
export type Uploader = (file: Extract<VideoFile, { type: 'file' }>) => Promise<string>;

/** Heights by which the AI SDK's `1280x720` is known here; the other side follows the aspect ratio. */
const QUALITY_OF_SHORT_SIDE: Record<number, NonNullable<CreateGeneration['quality']>> = {
  720: '720p',
  1080: '1080p',
  2160: '4k',
};

export async function orderOf(modelId: string, options: CallOptions, upload: Uploader): Promise<Wish> {
  const warnings = unsupportedOf(options);
  const size = sizeOf(options, warnings);
  const inputs = await inputsOf(options, upload);
  const order: CreateGeneration = {
    model: modelId,
    ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    ...(options.duration === undefined ? {} : { duration: options.duration }),
    ...(options.generateAudio === undefined ? {} : { sound: options.generateAudio ? 'on' : 'off' }),
    ...size,
    ...inputs,
    ...particularOf(options),
  };
  return { order, warnings };
}

function unsupportedOf({ fps, seed }: CallOptions): Warning[] {
  const warnings: Warning[] = [];
  const details = 'No model here takes it; the clip is made without it.';
  if (fps !== undefined) warnings.push({ type: 'unsupported', feature: 'fps', details });
  if (seed !== undefined) warnings.push({ type: 'unsupported', feature: 'seed', details });
  return warnings;
}

function sizeOf(
  { aspectRatio, resolution, image, frameImages }: CallOptions,
  warnings: Warning[],
): Pick<CreateGeneration, 'quality' | 'aspect_ratio'> {
  const [width, height] = resolution?.split('x').map(Number) ?? [];
  const quality = width && height ? QUALITY_OF_SHORT_SIDE[Math.min(width, height)] : undefined;
  if (resolution !== undefined && quality === undefined) {
    const details =
      'Clips are 720, 1080 or 2160 pixels on their short side; the default of the model is used.';
    warnings.push({ type: 'unsupported', feature: 'resolution', details });
  }
  // With a first frame the picture says what shape the clip has.
  const framed = image !== undefined || (frameImages?.length ?? 0) > 0;
  const implied = width && height && !framed ? ratioOf(width, height) : undefined;
  const wanted = aspectRatio === 'adaptive' ? undefined : (aspectRatio ?? implied);
  return {
    ...(quality === undefined ? {} : { quality }),
    ...(wanted === undefined ? {} : { aspect_ratio: wanted }),
  };
}

function ratioOf(width: number, height: number): string {
  const divisor = greatestDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

async function inputsOf(
  { image, frameImages, inputReferences }: CallOptions,
  upload: Uploader,
): Promise<Partial<CreateGeneration>> {
  const addressOf = (file: VideoFile): Promise<string> =>
    file.type === 'url' ? Promise.resolve(file.url) : upload(file);
  const frame = (type: string) => frameImages?.find(({ frameType }) => frameType === type)?.image;
  const first = frame('first_frame') ?? image;
  const last = frame('last_frame');
  const references = inputReferences ?? [];
  const pictures = await Promise.all(references.filter((file) => !isVideo(file)).map(addressOf));
  const videos = await Promise.all(references.filter(isVideo).map(addressOf));
  return {
    ...(first === undefined ? {} : { image_start: await addressOf(first) }),
    ...(last === undefined ? {} : { image_end: await addressOf(last) }),
    ...(pictures.length === 0 ? {} : { image_urls: pictures }),
    ...(videos.length === 0 ? {} : { video_urls: videos }),
  };
}

function isVideo(file: VideoFile): boolean {
  if (file.mediaType !== undefined) return file.mediaType.startsWith('video/');
  return file.type === 'url' && /\.(?:mp4|mov|m4v)(?:[?#]|$)/i.test(file.url);
}

/** Names that only the provider may set would put a task beyond the reach of this call. */
function particularOf({ providerOptions }: CallOptions): SluiceVideoOptions {
  const { model: _model, callback_url: _callback, ...rest } = providerOptions.sluice ?? {};
  return rest as SluiceVideoOptions;
}
