/** Finished clips: made when they are asked for, spoiled by faults, dead when their time is over. */
import { type EmulatorReply, textAnswer } from '../exchange.ts';
import type { OutputFault } from '../kling/faults.ts';
import type { ClipMaker, ClipOrder } from '../media/clip.ts';
import { fileAnswer } from '../media/file.ts';

type FileRequest = { method: string; headers: Record<string, string> };

export function clipAnswer(
  clips: ClipMaker,
  order: ClipOrder,
  fault: OutputFault | null,
  request: FileRequest,
): EmulatorReply {
  const clip = clips.make(order);
  const whole = () => fileAnswer(clip, 'video/mp4', request);
  const part = (share: number): number => Math.floor(clip.length * Math.min(1, Math.max(0, share)));
  switch (fault?.do) {
    case undefined:
      return whole();
    case 'dead':
      return textAnswer(fault.status, 'text/plain', 'Gone');
    case 'truncated':
      return fileAnswer(clip.subarray(0, part(fault.share)), 'video/mp4', request);
    case 'cut':
      return { ...whole(), cutAfterBytes: part(fault.share) };
    case 'wrong-type':
      return textAnswer(200, 'text/html', '<!doctype html><title>Sign in</title>');
    case 'corrupt': {
      const spoiled = clip.slice();
      const middle = Math.floor(spoiled.length / 2);
      spoiled[middle] = (spoiled[middle] ?? 0) ^ 0xff;
      return fileAnswer(spoiled, 'video/mp4', request);
    }
    case 'slow':
      return { ...whole(), delayMs: fault.ms };
    case 'trickle':
      return { ...whole(), trickle: { bytes: fault.bytes, everyMs: fault.everyMs } };
  }
}
