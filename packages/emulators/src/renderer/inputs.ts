/** Looks at the media of an accepted order, as a vendor does after its answer. */
import type { FetchInput } from '../kling/inputs.ts';
import { frameLike, frameSize } from '../kling/order.ts';
import { type ClipOrder, picturesFor } from '../media/clip.ts';
import { inspectImage, inspectVideo } from '../media/inspect.ts';
import { pictureRate } from '../media/movie.ts';

export type Findings = {
  /** Which kind of input could not be had or read. */
  bad: 'image' | 'video' | null;
  /** Of the picture or the video that the frame follows. */
  frame: { width: number; height: number } | null;
  /** Of the video whose length the clip follows. */
  seconds: number | null;
};

export async function lookAt(
  inputs: { images: readonly string[]; videos: readonly string[] },
  fetchInput: FetchInput | null,
): Promise<Findings> {
  const findings: Findings = { bad: null, frame: null, seconds: null };
  for (const url of inputs.images) {
    const bytes = await bytesOf(url, fetchInput);
    if (bytes === 'unknown') continue;
    const facts = bytes === null ? null : inspectImage(bytes);
    if (facts === null) findings.bad ??= 'image';
    else findings.frame ??= facts;
  }
  for (const url of inputs.videos) {
    const bytes = await bytesOf(url, fetchInput);
    if (bytes === 'unknown') continue;
    const facts = bytes === null ? null : inspectVideo(bytes);
    if (facts === null) findings.bad ??= 'video';
    else {
      findings.frame ??= facts;
      findings.seconds ??= facts.seconds;
    }
  }
  return findings;
}

/** Without a network only addresses that can never answer are known to be bad. */
async function bytesOf(url: string, fetchInput: FetchInput | null): Promise<Uint8Array | null | 'unknown'> {
  if (!URL.canParse(url) || new URL(url).hostname.endsWith('.invalid')) return null;
  return fetchInput === null ? 'unknown' : fetchInput(url);
}

export type ClipWish = {
  resolution: '720p' | '1080p' | '4k';
  aspect: '16:9' | '9:16' | '1:1' | null;
  /** Null: as long as the input video. */
  seconds: number | null;
  sound: boolean;
};

/** A video that was not looked at counts as five seconds long. */
const ASSUMED_SECONDS = 5;

export function clipOf(
  wish: ClipWish,
  found: Findings,
  seed: string,
  still: boolean,
): ClipOrder & { seconds: number } {
  const follows = wish.aspect === null && found.frame !== null;
  const size =
    follows && found.frame !== null
      ? frameLike(wish.resolution, found.frame)
      : frameSize(wish.resolution, wish.aspect ?? '16:9');
  const seconds = wish.seconds ?? found.seconds ?? ASSUMED_SECONDS;
  const pictures = wish.seconds === null ? Math.round(seconds * pictureRate) : picturesFor(seconds);
  return { ...size, pictures, sound: wish.sound, seed, still, seconds };
}
