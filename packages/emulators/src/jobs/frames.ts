/** The frame of a clip: what was ordered, or the shape of the first picture where that is known. */
import type { FetchInput } from '../kling/inputs.ts';
import { frameLike, frameSize } from '../kling/order.ts';
import { inspectImage, inspectVideo, type VideoFacts } from '../media/inspect.ts';

export type Tier = '720p' | '1080p' | '4k';
export type Frame = { width: number; height: number };

export type Inputs = { first: string | null; images: readonly string[]; video: string | null };

export type InputFacts = {
  /** Null when all could be read, or nobody looked. */
  unreadable: string | null;
  picture: Frame | null;
  video: VideoFacts | null;
};

export function frameOf(tier: Tier, aspect: string, like: Frame | null): Frame {
  if (like !== null) return frameLike(tier, like);
  return frameSize(tier, aspect === '9:16' || aspect === '1:1' ? aspect : '16:9');
}

/** Reads inputs as the vendor does after its answer: bad ones fail the job, not the create. */
export async function examine(inputs: Inputs, fetchInput: FetchInput | null): Promise<InputFacts> {
  const facts: InputFacts = { unreadable: null, picture: null, video: null };
  const pictures = inputs.first === null ? inputs.images : [inputs.first, ...inputs.images];
  for (const [at, url] of pictures.entries()) {
    const bytes = await bytesOf(url, fetchInput);
    const picture = bytes instanceof Uint8Array ? inspectImage(bytes) : null;
    if (bytes !== 'unknown' && picture === null) facts.unreadable ??= url;
    if (at === 0 && inputs.first !== null) facts.picture = picture;
  }
  if (inputs.video !== null) {
    const bytes = await bytesOf(inputs.video, fetchInput);
    facts.video = bytes instanceof Uint8Array ? inspectVideo(bytes) : null;
    if (bytes !== 'unknown' && facts.video === null) facts.unreadable ??= inputs.video;
  }
  return facts;
}

async function bytesOf(url: string, fetchInput: FetchInput | null): Promise<Uint8Array | 'unknown' | null> {
  const data = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  if (data !== undefined) return Uint8Array.from(Buffer.from(data, 'base64'));
  if (!URL.canParse(url)) return null;
  // Without a network only addresses that can never answer are known to be bad.
  if (new URL(url).hostname.endsWith('.invalid')) return null;
  return fetchInput === null ? 'unknown' : fetchInput(url);
}
