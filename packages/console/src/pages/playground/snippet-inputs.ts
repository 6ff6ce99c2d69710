/**
 * Pictures and videos of an order inside code. One that begins with `./` is a file beside the program, which its code
 * opens or sends ahead; everything else is an address that the gateway takes as it stands.
 */
import type { CreateGeneration } from '@sluice/sdk';

export type Media = {
  place: 'image_start' | 'image_end' | 'image_middle' | 'image_urls' | 'video_url' | 'video_urls';
  address: string;
};

export function mediaOf(order: CreateGeneration): Media[] {
  const one = (place: 'image_start' | 'image_end' | 'video_url'): Media[] => {
    const address = order[place];
    return address === undefined ? [] : [{ place, address }];
  };
  const many = (place: 'image_middle' | 'image_urls' | 'video_urls'): Media[] =>
    (order[place] ?? []).map((address) => ({ place, address }));
  return [
    ...one('image_start'),
    ...one('image_end'),
    ...many('image_middle'),
    ...many('image_urls'),
    ...one('video_url'),
    ...many('video_urls'),
  ];
}

export function isLocal(address: string): boolean {
  return address.startsWith('./');
}

export function isVideo({ place }: Media): boolean {
  return place === 'video_url' || place === 'video_urls';
}

/** `./first-frame.png` as a name of a variable: firstFrame. */
export function variableOf(address: string): string {
  const [stem = 'file'] = address.replace(/^\.\//, '').split('.');
  return stem.replaceAll(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export function typeOf(address: string): string {
  return address.endsWith('.mp4') ? 'video/mp4' : address.endsWith('.png') ? 'image/png' : 'image/jpeg';
}

/** Files beside the program, each once. */
export function filesOf(order: CreateGeneration): string[] {
  return [...new Set(mediaOf(order).map(({ address }) => address))].filter(isLocal);
}

/** JSON in which each of these files is replaced by what its code calls it. */
export function withExpressions(
  json: string,
  files: readonly string[],
  write: (file: string) => string,
): string {
  return files.reduce((text, file) => text.replaceAll(JSON.stringify(file), () => write(file)), json);
}

/** Shell in quotes: out of them for the reference, and into them again. */
export function inShell(quoted: string, files: readonly string[]): string {
  return withExpressions(quoted, files, (file) => `"'"$${variableOf(file)}"'"`);
}

/** Files go ahead, and the order names them by what the answer calls them. */
export function uploads(files: readonly string[], baseUrl: string): string[] {
  if (files.length === 0) return [];
  return [
    'upload() {',
    `  curl -sf ${baseUrl}/v1/files -H "Authorization: Bearer $SLUICE_KEY" \\`,
    '    -H "Content-Type: $2" --data-binary "@$1" | sed \'s/.*"reference":"\\([^"]*\\)".*/\\1/\'',
    '}',
    ...files.map((file) => `${variableOf(file)}=$(upload ${file} ${typeOf(file)})`),
    '',
  ];
}

/** For a program that hands over its files as they are. */
export function opensBlobs(files: readonly string[]): string {
  return files.length > 0 ? "import { openAsBlob } from 'node:fs';\n" : '';
}
