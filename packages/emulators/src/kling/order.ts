/** One order, as understood from a request of either generation. */
export type Product = 'text2video' | 'image2video' | 'omni-video' | 'motion-control';
export type Version = '3.0-turbo' | '3.0' | '3.0-omni' | 'o1' | '2.6' | '2.5-turbo';
export type Resolution = '720p' | '1080p' | '4k';
export type Aspect = '16:9' | '9:16' | '1:1';
export type PackType = 'video' | 'image';

export type MediaRole =
  | 'first_frame'
  | 'last_frame'
  | 'refer_image'
  | 'base'
  | 'feature'
  | 'motion'
  | 'image';

export type MediaInput = {
  role: MediaRole;
  kind: 'image' | 'video';
  source: { url: string } | { bytes: Uint8Array };
  limits: MediaLimits;
};

export type MediaLimits = {
  bytes: number;
  side: [number, number];
  ratio: [number, number];
  area?: number;
  seconds?: [number, number];
  picturesPerSecond?: [number, number];
};

export type KlingOrder = {
  product: Product;
  version: Version;
  /** The name that the caller used: a path segment (new) or `model_name` (legacy). */
  model: string;
  /** The create path that was called. */
  endpoint: string;
  prompt: string;
  resolution: Resolution;
  aspect: Aspect;
  /** Null when the length follows an input video. */
  seconds: number | null;
  sound: 'native' | 'original' | 'off';
  chosenVoice: boolean;
  inputs: MediaInput[];
  watermark: boolean;
  callbackUrl: string | null;
  externalId: string | null;
};

export type ElementKind = 'multi_image_elements' | 'video_character_elements';

export type ElementOrder = {
  name: string;
  description: string;
  kind: ElementKind;
  images: { role: 'frontal' | 'refer'; url: string }[];
  videos: string[];
  voiceId: string | null;
  tags: string[];
  callbackUrl: string | null;
  externalId: string | null;
};

/** What validation may look up: the caller's own library. */
export type Library = {
  element(id: string): ElementKind | null;
  voice(id: string): boolean;
};

/** Frame sizes that the vendor picks for a tier and an aspect. */
export function frameSize(resolution: Resolution, aspect: Aspect): { width: number; height: number } {
  const sizes = {
    '720p': { long: 1280, short: 720, square: 960 },
    '1080p': { long: 1920, short: 1080, square: 1440 },
    '4k': { long: 3840, short: 2160, square: 2880 },
  }[resolution];
  switch (aspect) {
    case '16:9':
      return { width: sizes.long, height: sizes.short };
    case '9:16':
      return { width: sizes.short, height: sizes.long };
    case '1:1':
      return { width: sizes.square, height: sizes.square };
  }
}

/** The frame that follows a picture of another shape: the tier's area at the picture's ratio, even sides. */
export function frameLike(
  resolution: Resolution,
  picture: { width: number; height: number },
): { width: number; height: number } {
  const whole = frameSize(resolution, '16:9');
  const ratio = picture.width / picture.height;
  for (const aspect of ['16:9', '9:16', '1:1'] as const) {
    const size = frameSize(resolution, aspect);
    if (Math.abs(size.width / size.height - ratio) < 0.01) return size;
  }
  const width = Math.sqrt(whole.width * whole.height * ratio);
  return { width: even(width), height: even(width / ratio) };
}

function even(value: number): number {
  return Math.max(2, Math.round(value / 2) * 2);
}
