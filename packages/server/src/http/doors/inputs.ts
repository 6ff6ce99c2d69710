/** Inputs that a client sends inside its request: data addresses become uploads like any other. */
import type { Refusal } from '@sluice/contract';
import { receiveFile } from '../../lifecycle/operate/files.ts';
import type { FileRow } from '../../store/files.ts';
import type { DoorCall } from './door.ts';

export type Inline = { ok: true; file: FileRow } | { ok: false; refusal: Refusal };

export function isDataAddress(address: string): boolean {
  return /^data:/i.test(address);
}

/** `data:<type>;base64,<bytes>`; what the type says is not believed, the bytes are looked at. */
export async function uploadDataAddress(call: DoorCall, field: string, address: string): Promise<Inline> {
  const [, base64] = /^data:[^,]*;base64,([A-Za-z0-9+/_-]*={0,2})$/i.exec(address) ?? [];
  if (base64 === undefined || base64 === '') {
    const message = `${field}: a data address must be base64.`;
    return { ok: false, refusal: { code: 'invalid_input', field, message } };
  }
  const answer = await receiveFile(call.context, call.accountId, once(Buffer.from(base64, 'base64')));
  return answer.kind === 'stored'
    ? { ok: true, file: answer.file }
    : { ok: false, refusal: { ...answer.refusal, field } };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
