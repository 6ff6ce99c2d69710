/**
 * The same order through the doors, in the words of the clients that people use already. A door is offered where its
 * protocol has a word for every picture and video of the order; the rest is said by our own API only.
 */
import type { CreateGeneration, Mode, Model } from '@sluice/sdk';
import { indented, pretty, type Snippet, shellQuoted } from './snippet.ts';
import {
  filesOf,
  inShell,
  isLocal,
  type Media,
  mediaOf,
  opensBlobs,
  typeOf,
  uploads,
  variableOf,
  withExpressions,
} from './snippet-inputs.ts';

type Asked = CreateGeneration & { mode: Mode };
type Name = Model['doors'][number];

export function doors(order: CreateGeneration, model: Model, baseUrl: string): Snippet[] {
  const { mode, prompt } = order;
  if (mode === undefined || (prompt === undefined && mode !== 'motion-control') || isCut(order)) return [];
  const asked = { ...order, mode };
  const named = (door: string, write: (name: Name) => Snippet | null): (Snippet | null)[] => {
    const name = nameAt(door, asked, model);
    return name === null ? [] : [write(name)];
  };
  return [
    openai(asked, model, baseUrl),
    ...named('kling', ({ name }) => kling(asked, name, baseUrl)),
    ...named('fal', (name) => fal(asked, name, baseUrl)),
    ...named('replicate', ({ name }) => replicate(asked, name, baseUrl)),
    aiSdk(asked, model, baseUrl),
    ...named('ai-gateway', ({ name }) => aiGateway(asked, name, baseUrl)),
  ].filter((each) => each !== null);
}

/** Shots are told by our own API only. */
function isCut({ model_params: params }: CreateGeneration): boolean {
  return params?.multi_shot === true;
}

/** The name that says most of what is ordered; of Kling's two generations the present one. */
function nameAt(door: string, { mode, quality }: Asked, model: Model): Name | null {
  const fit = model.doors.filter(
    (each) =>
      each.door === door && (each.mode === null || each.mode === mode) && !each.name.startsWith('v1/'),
  );
  return (
    fit.find((each) => each.quality === quality) ??
    fit.find((each) => each.quality === null) ??
    fit[0] ??
    null
  );
}

/** It knows one picture, the first frame. */
function openai(order: Asked, model: Model, baseUrl: string): Snippet | null {
  const { prompt, duration } = order;
  const [picture, ...others] = mediaOf(order);
  if (others.length > 0 || order.element_list || order.negative_prompt) return null;
  if (picture !== undefined && picture.place !== 'image_start') return null;
  const body = {
    model: model.id,
    prompt,
    ...(duration !== undefined && { seconds: String(duration) }),
    ...(picture && {
      input_reference: isLocal(picture.address) ? picture.address : { image_url: picture.address },
    }),
  };
  const files = filesOf(order);
  const asked = withExpressions(pretty(body), files, (file) => `createReadStream('${file}')`);
  return {
    name: 'OpenAI',
    text: `${files.length > 0 ? "import { createReadStream } from 'node:fs';\n" : ''}import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: '${baseUrl}/v1', apiKey: process.env.SLUICE_KEY });

const video = await openai.videos.create(${asked});
console.log(video.id, video.status);`,
  };
}

/** Their words for parts of an order, by its mode. */
function klingPart({ place }: Media, mode: Mode): string | null {
  switch (place) {
    case 'image_start':
      return 'first_frame';
    case 'image_end':
      return 'last_frame';
    case 'image_urls':
      return mode === 'motion-control' ? 'image' : 'refer_image';
    case 'video_urls':
      return mode === 'motion-control' ? 'video' : 'feature_video';
    case 'video_url':
      return mode === 'video-edit' ? 'base_video' : 'feature_video';
    case 'image_middle':
      return null;
  }
}

function kling(order: Asked, name: string, baseUrl: string): Snippet | null {
  const { mode, prompt, duration, quality, aspect_ratio, model_params: params } = order;
  const media = mediaOf(order).map((each) => ({ type: klingPart(each, mode), url: each.address }));
  if (media.some(({ type }) => type === null) || order.negative_prompt) return null;
  const elements = (order.element_list ?? []).map(({ element_id }) => ({ type: 'element', id: element_id }));
  const parts = [...media, ...elements];
  const faces = params?.character_orientation;
  const settings = {
    ...(duration !== undefined && { duration }),
    ...(quality !== undefined && { resolution: quality }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...klingSound(order),
    ...(faces !== undefined && { character_orientation: faces }),
    ...(mode !== 'motion-control' && { multi_shot: false }),
  };
  const words = prompt === undefined ? [] : [{ type: 'prompt', text: prompt }];
  const body = parts.length === 0 ? { prompt, settings } : { contents: [...words, ...parts], settings };
  const files = filesOf(order);
  const lines = [
    ...uploads(files, baseUrl),
    `curl ${baseUrl}/kling/${name} \\`,
    '  -H "Authorization: Bearer $SLUICE_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${inShell(shellQuoted(pretty(body)), files)}`,
  ];
  return {
    name: 'Kling',
    text: lines.join('\n'),
    note: `Ask for it by its id: ${baseUrl}/kling/tasks?task_ids=…`,
  };
}

function klingSound({ sound, keep_original_sound: keeps }: Asked): { audio?: string } {
  if (keeps === true) return { audio: 'original' };
  return sound === undefined ? {} : { audio: sound === 'on' ? 'native' : 'off' };
}

function falPlace({ place }: Media, mode: Mode): string {
  switch (place) {
    case 'image_start':
      return 'start_image_url';
    case 'image_end':
      return 'end_image_url';
    case 'image_middle':
      return 'middle_image_urls';
    case 'image_urls':
      return mode === 'motion-control' ? 'image_url' : 'image_urls';
    case 'video_url':
    case 'video_urls':
      return 'video_url';
  }
}

function fal(order: Asked, { name, quality: said }: Name, baseUrl: string): Snippet | null {
  const { mode, prompt, negative_prompt, duration, quality, aspect_ratio, sound } = order;
  if (order.element_list) return null;
  const faces = order.model_params?.character_orientation;
  const input = {
    ...(prompt !== undefined && { prompt }),
    ...(negative_prompt !== undefined && { negative_prompt }),
    ...gathered(order, (media) => falPlace(media, mode)),
    ...(duration !== undefined && { duration: String(duration) }),
    ...(said === null && quality !== undefined && { resolution: quality }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...(sound !== undefined && { generate_audio: sound === 'on' }),
    ...(order.keep_original_sound !== undefined && { keep_original_sound: order.keep_original_sound }),
    ...(faces !== undefined && { character_orientation: faces }),
  };
  const files = filesOf(order);
  const opened = files.map(
    (file) => `const ${variableOf(file)} = await fal.storage.upload(${blobOf(file)});\n`,
  );
  return {
    name: 'fal',
    text: `${opensBlobs(files)}import { fal } from '@fal-ai/client';

fal.config({
  credentials: process.env.SLUICE_KEY,
  proxyUrl: { url: '${baseUrl}/fal/proxy', when: 'always' },
});

${opened.join('')}const { data } = await fal.subscribe(${JSON.stringify(name)}, {
  input: ${indented(withExpressions(pretty(input), files, variableOf))},
});
console.log(data.video.url);`,
  };
}

function blobOf(file: string): string {
  return `await openAsBlob('${file}', { type: '${typeOf(file)}' })`;
}

/** Media under the names of a protocol; a name in the plural holds several. */
function gathered(order: Asked, nameOf: (media: Media) => string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const media of mediaOf(order)) {
    const name = nameOf(media);
    const before = found[name];
    if (name.endsWith('s')) found[name] = [...(Array.isArray(before) ? before : []), media.address];
    else found[name] = media.address;
  }
  return found;
}

/** Their words for a resolution. */
const REPLICATE_MODES: Partial<Record<string, string>> = { '720p': 'standard', '1080p': 'pro', '4k': '4k' };

function replicatePlace({ place }: Media): string | null {
  switch (place) {
    case 'image_start':
      return 'start_image';
    case 'image_end':
      return 'end_image';
    case 'image_urls':
      return 'reference_images';
    case 'video_url':
    case 'video_urls':
      return 'reference_video';
    case 'image_middle':
      return null;
  }
}

function replicate(order: Asked, name: string, baseUrl: string): Snippet | null {
  const { prompt, negative_prompt, duration, quality, aspect_ratio, sound } = order;
  const media = mediaOf(order);
  if (order.element_list || media.some((each) => replicatePlace(each) === null)) return null;
  const filmed = media.some(({ place }) => place === 'video_url' || place === 'video_urls');
  const quick = REPLICATE_MODES[quality ?? ''];
  const input = {
    ...(prompt !== undefined && { prompt }),
    ...(negative_prompt !== undefined && { negative_prompt }),
    ...gathered(order, (each) => replicatePlace(each) ?? ''),
    ...(filmed && { video_reference_type: order.mode === 'video-edit' ? 'base' : 'feature' }),
    ...(duration !== undefined && { duration }),
    ...(quick !== undefined && { mode: quick }),
    ...(aspect_ratio !== undefined && { aspect_ratio }),
    ...(sound !== undefined && { generate_audio: sound === 'on' }),
    ...(order.keep_original_sound !== undefined && { keep_original_sound: order.keep_original_sound }),
  };
  const files = filesOf(order);
  const asked = withExpressions(pretty(input), files, blobOf);
  return {
    name: 'Replicate',
    text: `${opensBlobs(files)}import Replicate from 'replicate';

const replicate = new Replicate({
  baseUrl: '${baseUrl}/replicate/v1',
  auth: process.env.SLUICE_KEY,
  useFileOutput: false,
});

const url = await replicate.run(${JSON.stringify(name)}, {
  input: ${indented(asked)},
});
console.log(url);`,
  };
}

function aiSdk(order: Asked, model: Model, baseUrl: string): Snippet | null {
  const call = generated(order);
  if (call === null) return null;
  return {
    name: 'AI SDK',
    text: `${call.opens}import { createSluice } from '@sluice/ai-sdk-provider';
import { experimental_generateVideo as generateVideo } from 'ai';

const sluice = createSluice({ baseURL: '${baseUrl}', apiKey: process.env.SLUICE_KEY });

const { video } = await generateVideo({
  model: sluice.video(${JSON.stringify(model.id)}),
${call.text}});
console.log(video.uint8Array.length);`,
  };
}

function aiGateway(order: Asked, name: string, baseUrl: string): Snippet | null {
  const call = generated(order);
  if (call === null) return null;
  return {
    name: 'AI Gateway',
    text: `${call.opens}import { createGateway, experimental_generateVideo as generateVideo } from 'ai';

const gateway = createGateway({ baseURL: '${baseUrl}/ai-gateway', apiKey: process.env.SLUICE_KEY });

const { video } = await generateVideo({
  model: gateway.videoModel(${JSON.stringify(name)}),
${call.text}});
console.log(video.uint8Array.length);`,
    note: 'The AI SDK downloads the clip itself and refuses private addresses: it needs a gateway with a public one.',
  };
}

/** A call takes one picture as it is, the first frame; what is at an address already goes along in our own words. */
function generated(order: Asked): { text: string; opens: string } | null {
  const { prompt, duration, aspect_ratio, negative_prompt, element_list, model_params } = order;
  const media = mediaOf(order);
  const files = filesOf(order);
  const [first] = media.filter(({ address }) => isLocal(address));
  if (files.length > 1 || (first !== undefined && first.place !== 'image_start')) return null;
  const faces = model_params?.character_orientation;
  const own = {
    ...Object.fromEntries(media.filter((each) => each !== first).map(({ place }) => [place, order[place]])),
    ...(negative_prompt !== undefined && { negative_prompt }),
    ...(element_list !== undefined && { element_list }),
    ...(faces !== undefined && { model_params: { character_orientation: faces } }),
  };
  const words = JSON.stringify(prompt ?? '');
  const lines = [
    first === undefined
      ? `prompt: ${words}`
      : `prompt: { image: await readFile('${first.address}'), text: ${words} }`,
    ...(duration === undefined ? [] : [`duration: ${duration}`]),
    ...(aspect_ratio === undefined ? [] : [`aspectRatio: ${JSON.stringify(aspect_ratio)}`]),
    ...(Object.keys(own).length === 0 ? [] : [`providerOptions: { sluice: ${JSON.stringify(own)} }`]),
  ];
  return {
    text: lines.map((line) => `  ${line},\n`).join(''),
    opens: first === undefined ? '' : "import { readFile } from 'node:fs/promises';\n",
  };
}
