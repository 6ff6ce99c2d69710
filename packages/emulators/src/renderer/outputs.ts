/** The files: finished clips behind signed links that expire, and samples to use as inputs. */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, textAnswer } from '../exchange.ts';
import type { ClipMaker, ClipOrder } from '../media/clip.ts';
import { fileAnswer } from '../media/file.ts';
import { sampleImage, sampleVideo } from '../media/samples.ts';
import type { Faults, OutputFault } from './faults.ts';

export type FileRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
};

export type OutputDesk = {
  link(id: string, expiresAt: number): string;
  /** `clipOf` answers null where there is no such clip (any more). */
  serve(request: FileRequest, now: number, clipOf: (id: string) => ClipOrder | null): EmulatorReply;
};

export function createOutputDesk(parts: {
  publicUrl: string;
  secret: Uint8Array;
  faults: Faults;
  clips: ClipMaker;
}): OutputDesk {
  const { publicUrl, secret, faults, clips } = parts;
  const sign = (id: string, expires: number): string =>
    createHmac('sha256', secret).update(`${id} ${expires}`).digest('hex').slice(0, 32);
  return {
    link(id, expiresAt) {
      const expires = Math.floor(expiresAt / 1000);
      return `${publicUrl}/outputs/${id}.mp4?expires=${expires}&sign=${sign(id, expires)}`;
    },
    serve(request, now, clipOf) {
      const id = /^\/outputs\/([\w-]+)\.mp4$/.exec(request.path)?.[1] ?? '';
      const expires = Number(request.query.get('expires') ?? Number.NaN);
      const genuine = request.query.get('sign') === sign(id, expires);
      if (!genuine || !(now < expires * 1000)) return plain(403, 'Forbidden');
      const clip = clipOf(id);
      if (clip === null) return plain(404, 'Not found');
      return spoil(faults.take('output'), clips.make(clip), request);
    },
  };
}

function spoil(fault: OutputFault | null, clip: Uint8Array, request: FileRequest): EmulatorReply {
  const part = (share: number): number => Math.floor(clip.length * Math.min(1, Math.max(0, share)));
  switch (fault?.do) {
    case undefined:
      return fileAnswer(clip, 'video/mp4', request);
    case 'dead':
      return plain(fault.status, 'Gone');
    case 'truncated':
      return fileAnswer(clip.subarray(0, part(fault.share)), 'video/mp4', request);
    case 'cut': {
      const answer = fileAnswer(clip, 'video/mp4', request);
      return { ...answer, cutAfterBytes: Math.min(part(fault.share), answer.body.length) };
    }
    case 'wrong-type':
      return textAnswer(200, 'text/html', '<!doctype html><title>Sign in</title>');
    case 'slow':
      return { ...fileAnswer(clip, 'video/mp4', request), delayMs: fault.ms };
  }
}

/** `/samples/<name>.png` or `.mp4?seconds=n`; a size may stand in the name, as in `street-1280x720.png`. */
export function serveSample(request: FileRequest): EmulatorAnswer {
  const match = /^\/samples\/([a-z0-9-]+?)(?:-(\d{2,4})x(\d{2,4}))?\.(png|mp4)$/.exec(request.path);
  if (match === null) return plain(404, 'Not found');
  const [, seed = 'sample', width, height, kind] = match;
  const size = width === undefined ? {} : { width: even(width), height: even(height) };
  const seconds = Number(request.query.get('seconds') ?? '4');
  if (!(seconds >= 1 && seconds <= 60)) return plain(400, 'seconds: 1 to 60');
  const sample = kind === 'png' ? sampleImage({ ...size, seed }) : sampleVideo({ ...size, seed, seconds });
  return fileAnswer(sample.bytes, sample.contentType, request);
}

function even(text: string | undefined): number {
  return Math.max(16, Math.floor(Number(text) / 2) * 2);
}

function plain(status: number, text: string): EmulatorAnswer {
  return textAnswer(status, 'text/plain', text);
}
