/**
 * fal's storage as its client uses it before a submit: it asks for a place, puts the bytes there without a key, and
 * names the file's address in its input. The place is a signed link to an upload of ours whose id is given out
 * beforehand; what is never put there does not exist.
 */
import { Readable } from 'node:stream';
import { mostBytesOf, newFileId, receiveFile } from '../../../lifecycle/operate/files.ts';
import { linkBase } from '../../links.ts';
import { answered, type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { FILES } from './order.ts';

const PLACE_LIFE_MS = 3_600_000;

export async function initiateUpload({ context, accountId, request }: DoorCall): Promise<DoorAnswer> {
  const base = linkBase(context.settings, request);
  const id = newFileId(context);
  const place = context.secrets.signLink(placeOf(accountId, id), context.clock.now() + PLACE_LIFE_MS);
  return answered({ upload_url: `${base}${place}`, file_url: `${base}${FILES}${id}` });
}

export async function refuseParts(): Promise<DoorAnswer> {
  const message = 'Files are put in one piece here.';
  return refused({ code: 'payload_too_large', message, fix: 'Send a file of at most 90 MB.' });
}

export async function putFile({ context, params, query, body, request }: DoorCall): Promise<DoorAnswer> {
  const { account = '', id = '' } = params;
  const { expires = '', signature = '' } = query;
  const verdict = context.secrets.verifyLink(
    placeOf(account, id),
    { expires, signature },
    context.clock.now(),
  );
  if (verdict !== 'valid')
    return refused({ code: 'forbidden', message: `The place is ${verdict}.`, fix: '' });
  const mostBytes = mostBytesOf(context, null);
  if (Number(request.headers['content-length'] ?? 0) > mostBytes)
    return refused({ code: 'payload_too_large' });
  if (!(body instanceof Readable)) return refused({ code: 'unsupported_media_type' });
  const answer = await receiveFile(context, account, wholeOf(body), id);
  body.resume();
  if (answer.kind === 'refused') return refused(answer.refusal);
  return answered({ size: Number(answer.file.bytes), content_type: answer.file.content_type });
}

function placeOf(account: string, id: string): string {
  return `/fal/storage/upload/${account}/${id}`;
}

/** Leaving the body early would break the connection over which the refusal is to go. */
async function* wholeOf(body: Readable): AsyncGenerator<Uint8Array> {
  yield* body.iterator({ destroyOnReturn: false });
}
