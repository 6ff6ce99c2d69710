/**
 * Looks inside a clip without ffmpeg: is it what was ordered? And makes its poster picture.
 * The reader is random access, so a probe of a 200 MB clip touches a few kilobytes.
 */
export type Media = {
  /** Null when the bytes are not a video container that we can read. */
  probeVideo(read: ByteReader): Promise<VideoFacts | null>;
  /** The first picture as the clip holds it, or null when there is none that can be decoded here. */
  firstPicture(read: ByteReader): Promise<CodedPicture | null>;
  /** Such a picture as JPEG, or null when it turns out to be of a kind that cannot be decoded here. */
  poster(picture: CodedPicture, options: { maxWidth: number }): Promise<Uint8Array | null>;
  /** Kind and size of a still image, or null when it is not one that we know (JPEG, PNG, WebP). */
  probeImage(read: ByteReader): Promise<ImageFacts | null>;
};

/** Thrown when a file leads whoever looks into it around in circles: the file's fault, and the same every time. */
export class EndlessMediaError extends Error {}

export type ByteReader = {
  size: number;
  /** Bytes `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
};

/** A picture of H.264 with what a decoder has to know of the clip. */
export type CodedPicture = {
  /** The avcC record. */
  config: Uint8Array;
  /** NAL units behind their lengths. */
  sample: Uint8Array;
  /** Clockwise, to be upright. */
  rotation: 0 | 90 | 180 | 270;
};

export type VideoFacts = {
  container: 'mp4' | 'mov' | 'webm';
  /** Seconds, fractional. */
  durationSeconds: number;
  width: number;
  height: number;
  framesPerSecond: number | null;
  videoCodec: string;
  audioCodec: string | null;
};

export type ImageFacts = { format: 'jpeg' | 'png' | 'webp'; width: number; height: number };
