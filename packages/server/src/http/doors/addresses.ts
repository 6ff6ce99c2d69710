/** Addresses that a client gives as inputs: files that it sent here before, data inside the address, or the web. */
import type { Refusal } from '@sluice/contract';
import type { FileRow } from '../../store/files.ts';
import { linkBase } from '../links.ts';
import type { DoorCall } from './door.ts';
import { isDataAddress, uploadDataAddress } from './inputs.ts';

export type InputRead =
  /** `repeated`: what stands for it in the hash of a repeat; `shown`: what is told back to the client. */
  | { ok: true; address: string; repeated: string; shown: string; upload: FileRow | null }
  | { ok: false; refusal: Refusal };

/** `filePath`: where this door hands out uploads, as in `/replicate/v1/files/`. */
export async function readAddress(
  call: DoorCall,
  field: string,
  given: string,
  filePath: string,
): Promise<InputRead> {
  if (isDataAddress(given)) {
    const inline = await uploadDataAddress(call, field, given);
    if (!inline.ok) return inline;
    const { id, sha256 } = inline.file;
    const shown = `${given.slice(0, given.indexOf(',') + 1)}…`;
    return { ok: true, address: `file:${id}`, repeated: `sha256:${sha256}`, shown, upload: inline.file };
  }
  const own = `${linkBase(call.context.settings, call.request)}${filePath}`;
  const id = given.startsWith(own) ? /^file_[0-9a-f]{32}/.exec(given.slice(own.length))?.[0] : undefined;
  return {
    ok: true,
    address: id === undefined ? given : `file:${id}`,
    repeated: given,
    shown: given,
    upload: null,
  };
}
