/**
 * Reads the media of an accepted order, as the vendor does after its answer: bad media fail the task,
 * not the create.
 */
import { type ImageFacts, inspectImage, inspectVideo, type VideoFacts } from '../media/inspect.ts';
import { badFileText, badImageText, badVideoText } from './errors.ts';
import type { KlingOrder, MediaInput } from './order.ts';
import { imageProblem, videoProblem } from './read.ts';

/** Downloads an input; null when it cannot be had. */
export type FetchInput = (url: string) => Promise<Uint8Array | null>;

export type InputFindings = {
  failure: string | null;
  /** Of the first frame or the subject picture, when known. */
  picture: { width: number; height: number } | null;
  /** Of the reference video, when known. */
  video: VideoFacts | null;
};

export async function examineInputs(
  order: KlingOrder,
  fetchInput: FetchInput | null,
): Promise<InputFindings> {
  const findings: InputFindings = { failure: null, picture: null, video: null };
  for (const input of order.inputs) {
    const bytes = await bytesOf(input, fetchInput);
    if (bytes === 'unreachable') findings.failure ??= badFileText;
    else if (bytes !== 'unknown') examine(input, bytes, findings);
  }
  return findings;
}

function examine(input: MediaInput, bytes: Uint8Array, findings: InputFindings): void {
  if (input.kind === 'image') {
    const facts: ImageFacts | null = inspectImage(bytes);
    if (facts === null || imageProblem(bytes.length, facts, input.limits) !== null)
      findings.failure ??= badImageText;
    else if (input.role === 'first_frame' || input.role === 'image') findings.picture = facts;
    return;
  }
  const facts = inspectVideo(bytes);
  if (facts === null || videoProblem(bytes.length, facts, input.limits) !== null)
    findings.failure ??= badVideoText;
  else findings.video = facts;
}

async function bytesOf(
  input: MediaInput,
  fetchInput: FetchInput | null,
): Promise<Uint8Array | 'unknown' | 'unreachable'> {
  if ('bytes' in input.source) return input.source.bytes;
  if (!isReachable(input.source.url)) return 'unreachable';
  if (fetchInput === null) return 'unknown';
  return (await fetchInput(input.source.url)) ?? 'unreachable';
}

/** Without a network only addresses that can never answer are known to be bad. */
function isReachable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname !== '' && !hostname.endsWith('.invalid');
}
