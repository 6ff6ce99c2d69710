/** The files: finished clips behind signed links that expire, and samples to use as inputs. */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, textAnswer } from '../exchange.ts';
import { fileAnswer } from '../media/file.ts';
import { sampleImage, sampleVideo } from '../media/samples.ts';
import type { OutputFault } from './faults.ts';
import type { Links } from './render.ts';
import type { KlingTask } from './state.ts';
import type { World } from './world.ts';

export function makeLinks(publicUrl: string, secret: Uint8Array, task: KlingTask, lifeMs: number): Links {
  const expires = Math.floor(((task.endsAt ?? task.updatedAt) + lifeMs) / 1000);
  const link = (file: string): string =>
    `${publicUrl}/outputs/${file}?expires=${expires}&sign=${signLink(secret, file, expires)}`;
  return {
    url: link(`${task.id}.mp4`),
    watermarkUrl: task.watermark ? link(`${task.id}-watermark.mp4`) : null,
  };
}

function signLink(secret: Uint8Array, file: string, expires: number): string {
  return createHmac('sha256', secret).update(`${file} ${expires}`).digest('hex').slice(0, 32);
}

type FileRequest = { method: string; path: string; query: URLSearchParams; headers: Record<string, string> };

export function serveOutput(world: World, request: FileRequest, now: number): EmulatorReply {
  const file = request.path.slice('/outputs/'.length);
  const [, id = '', mark] = /^(\d+)(-watermark)?\.mp4$/.exec(file) ?? [];
  const expires = Number(request.query.get('expires') ?? Number.NaN);
  const signed = request.query.get('sign') === signLink(world.linkSecret, file, expires);
  if (!signed || !(now < expires * 1000)) return plain(403, 'Forbidden');
  const task = world.state.tasks.get(id);
  if (task === undefined || task.clip === null || task.status !== 'succeeded') return plain(404, 'Not found');
  const clip = world.clips.make(
    mark === undefined ? task.clip : { ...task.clip, seed: `${task.id} watermark` },
  );
  return spoilOutput(world.faults.take('output'), clip, request);
}

function spoilOutput(fault: OutputFault | null, clip: Uint8Array, request: FileRequest): EmulatorReply {
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
    case 'corrupt': {
      const spoiled = clip.slice();
      const middle = Math.floor(spoiled.length / 2);
      spoiled[middle] = (spoiled[middle] ?? 0) ^ 0xff;
      return fileAnswer(spoiled, 'video/mp4', request);
    }
    case 'slow':
      return { ...fileAnswer(clip, 'video/mp4', request), delayMs: fault.ms };
    case 'trickle':
      return {
        ...fileAnswer(clip, 'video/mp4', request),
        trickle: { bytes: fault.bytes, everyMs: fault.everyMs },
      };
  }
}

/** `/samples/<name>.png` or `.mp4`; a size may stand in the name, as in `street-1280x720.png`. */
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
