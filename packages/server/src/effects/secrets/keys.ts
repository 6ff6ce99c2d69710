/**
 * API keys: 256 random bits behind a prefix, with a checksum that lets a typing error be refused without asking the
 * database. Only the SHA-256 of a key is kept; with 256 random bits it needs no salt and no slow hash.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Random } from '../random/random.ts';

const PREFIX = 'sk-sluice-';
const KEY_BYTES = 32;
const SHOWN_CHARACTERS = PREFIX.length + 6;
const FORM = /^sk-sluice-([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

export function newKeyText(random: Random): string {
  const body = Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
  return `${PREFIX}${body}${checksum(body)}`;
}

/** Whether the text has the form and checksum of a key of ours; says nothing about whether it is one. */
export function isKeyText(text: string): boolean {
  const match = FORM.exec(text);
  return match !== null && checksum(match[1] ?? '') === match[2];
}

/** What lists show, to recognise a key by. */
export function keyPrefix(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS);
}

export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
