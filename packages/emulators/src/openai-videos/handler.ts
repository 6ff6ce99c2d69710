/**
 * A server of the OpenAI Videos shape, played from the reference that outlived its vendor (types of npm openai 6.30.1,
 * documents of vLLM-Omni, SGLang, LiteLLM and new-api, read 2026-11-22): create by form or JSON, ask, list, delete,
 * remix, and the bytes behind the key.
 */
import { type EmulatorAnswer, type EmulatorReply, type EmulatorRequest, textAnswer } from '../exchange.ts';
import {
  createJobBook,
  defaultTiming,
  endOf,
  hasClip,
  type Job,
  type JobBook,
  type JobState,
  stateAt,
  wordOf,
} from '../jobs/book.ts';
import { control } from '../jobs/control.ts';
import { type AnswerFault, createJobFaults, type JobFaults, underFault } from '../jobs/faults.ts';
import { clipAnswer } from '../jobs/files.ts';
import {
  type JobAccept,
  type JobEmulator,
  type JobOptions,
  type ServedJobs,
  type ServeJobOptions,
  serveJobs,
} from '../jobs/served.ts';
import { type Json, type JsonObject, writeJson } from '../json.ts';
import { type ClipMaker, createClipMaker } from '../media/clip.ts';
import { inspectImage } from '../media/inspect.ts';
import { readCreate } from './form.ts';

export type OpenAiVideosOptions = JobOptions & {
  /** Keys of which each is an account; empty: nobody has to show one, as on a server of one's own. */
  keys: string[];
  models: string[];
  /** Where a link to the clip stands in the answer, as some gateways have it (`metadata.url`); null: bytes only. */
  linkField?: string | null;
  /** Words that differ from the reference. */
  words?: Partial<Record<JobState, string>>;
  /** How long the bytes are kept. */
  keepMs?: number;
  /** How many jobs run side by side; others wait in line. */
  hands?: number;
};

type Detail = { model: string; prompt: string; seconds: number; size: string; remixOf: string | null };
type Video = Job<Detail>;

type World = {
  options: OpenAiVideosOptions;
  book: JobBook<Detail>;
  faults: JobFaults;
  clips: ClipMaker;
  words: Readonly<Record<JobState, string>>;
  keepMs: number;
  accepted(accept: JobAccept): void;
};

const plainWords: Readonly<Record<JobState, string>> = {
  queued: 'queued',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'cancelled',
  expired: 'failed',
};

const moderated = {
  code: 'moderation_blocked',
  message: 'Your request was blocked by our moderation system.',
};
const day = 24 * 3_600_000;

export function createOpenAiVideos(options: OpenAiVideosOptions): JobEmulator {
  const { clock, random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const faults = createJobFaults();
  const accepts: JobAccept[] = [];
  const newId = (): string => `video_${Buffer.from(random.bytes(16)).toString('hex')}`;
  const hands = options.hands ?? Number.POSITIVE_INFINITY;
  const world: World = {
    options: { ...options, timing },
    book: createJobBook<Detail>({ clock, random, timing, faults, newId, hands }),
    faults,
    clips: options.clips ?? createClipMaker(),
    words: { ...plainWords, ...options.words },
    keepMs: options.keepMs ?? day,
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
  };
  return {
    handle: (request) => answered(world, request, { accepts, faults, timing }),
    nextChange: () => null,
    dueCallbacks: () => [],
    callbackAnswered: () => {},
    faults,
    accepts,
    timing,
  };
}

async function answered(
  world: World,
  request: EmulatorRequest,
  controlled: Parameters<typeof control>[0],
): Promise<EmulatorReply> {
  const base = 'http://emulator.invalid';
  const url = new URL(URL.canParse(request.url, base) ? request.url : '/?', base);
  if (url.pathname.startsWith('/__emulator/')) return control(controlled, request, url.pathname);
  const open = /^\/files\/(video_[0-9a-f]+)\.mp4$/.exec(url.pathname)?.[1];
  if (open !== undefined) return bytesOf(world, world.book.byId(open), request);
  const account = accountOf(world, request);
  if (account === null) return problem(401, 'invalid_api_key', 'Incorrect API key provided.');
  const path = url.pathname.replace(/^\/v1(?=\/)/, '');
  const [, id = '', rest = ''] = /^\/videos\/([^/]+)(\/content|\/remix)?$/.exec(path) ?? [];
  const { faults } = world;
  switch (`${request.method} ${id === '' ? path : `/videos/:id${rest}`}`) {
    case 'POST /videos':
      return create(world, account, request, null);
    case 'POST /videos/:id/remix':
      return create(world, account, request, world.book.find(account, id) ?? 'missing');
    case 'GET /videos':
      return underFault(faults.take('list'), () => listed(world, account, url.searchParams), missing);
    case 'GET /videos/:id':
      return underFault(faults.take('query'), () => asked(world, account, id), missing);
    case 'GET /videos/:id/content':
      return bytesOf(world, world.book.find(account, id), request);
    case 'DELETE /videos/:id':
      return underFault(faults.take('cancel'), () => deleted(world, account, id), missing);
    case 'GET /models':
      return underFault(faults.take('account'), () => models(world), missing);
    default:
      return problem(404, null, `Invalid URL (${request.method} ${url.pathname})`);
  }
}

function accountOf({ options: { keys } }: World, { headers }: EmulatorRequest): string | null {
  if (keys.length === 0) return 'anybody';
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  return keys.includes(key) ? key : null;
}

function create(
  world: World,
  account: string,
  request: EmulatorRequest,
  source: Video | 'missing' | null,
): EmulatorReply {
  const fault = world.faults.take('create');
  const effective = fault !== null && 'accept' in fault && fault.accept === true;
  if (fault !== null && !effective && fault.do !== 'slow') return underFault(fault, missing, missing);
  if (source === 'missing') return missing();
  const given = readCreate(request.headers['content-type'] ?? '', request.body);
  if (given === null) return problem(400, null, 'We could not parse the body of your request.');
  const order = orderOf(world, given.fields, source);
  if ('param' in order) return problem(400, 'invalid_value', order.message, order.param);
  const picture = [...given.files.values()].map(inspectImage).find((facts) => facts !== null) ?? null;
  const unreadable = given.files.size > 0 && picture === null;
  const [width = 0, height = 0] = order.size.split('x').map(Number);
  const job = world.book.take({
    account,
    detail: order,
    prompt: order.prompt,
    clip: { width, height, sound: false, still: world.options.still ?? false },
    seconds: order.seconds,
    failure: unreadable ? { code: 'invalid_image', message: 'input_reference is not an image.' } : null,
    moderated,
    deadlineAt: null,
  });
  world.accepted({ at: job.createdAt, account, id: job.id, model: order.model, callbackUrl: null });
  return spoilt(fault, json(200, shown(world, job, world.words.queued, job.createdAt)));
}

function spoilt(fault: AnswerFault | null, good: EmulatorReply): EmulatorReply {
  const without = fault !== null && 'accept' in fault ? { ...fault, accept: false } : fault;
  return underFault(without, () => good, missing);
}

function orderOf(
  world: World,
  fields: JsonObject,
  source: Video | null,
): Detail | { param: string; message: string } {
  const { prompt, model = source?.detail.model ?? world.options.models[0] ?? '' } = fields;
  if (typeof prompt !== 'string' || prompt === '') return { param: 'prompt', message: 'prompt is required.' };
  if (typeof model !== 'string' || !world.options.models.includes(model)) {
    return { param: 'model', message: `The model '${String(model)}' does not exist.` };
  }
  const seconds = Number(fields.seconds ?? fields.duration ?? source?.detail.seconds ?? 4);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 30) {
    return { param: 'seconds', message: 'seconds must be a whole number from 1 to 30.' };
  }
  const size = sizeOf(fields) ?? source?.detail.size ?? '720x1280';
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(size) ?? [];
  if (width === undefined || Number(width) % 2 !== 0 || Number(height) % 2 !== 0) {
    return { param: 'size', message: `size ${size} is not supported.` };
  }
  return { model, prompt, seconds, size, remixOf: source?.id ?? null };
}

/** `size`, or `width` and `height`, or `aspect_ratio` with `resolution`: gateways differ. */
function sizeOf({ size, width, height, aspect_ratio: aspect, resolution }: JsonObject): string | null {
  if (typeof size === 'string') return size;
  if (width !== undefined && height !== undefined) return `${String(width)}x${String(height)}`;
  if (typeof aspect !== 'string' && typeof resolution !== 'string') return null;
  const short = resolution === '1080p' ? 1080 : 720;
  const long = (short * 16) / 9;
  if (aspect === '1:1') return `${short}x${short}`;
  return aspect === '9:16' ? `${short}x${long}` : `${long}x${short}`;
}

function asked(world: World, account: string, id: string): EmulatorAnswer {
  const job = world.book.find(account, id);
  const now = world.options.clock.now();
  return job === null ? missing() : json(200, shown(world, job, wordOf(job, now, world.words), now));
}

function shown(world: World, job: Video, word: string, now: number): JsonObject {
  const { model, prompt, seconds, size, remixOf } = job.detail;
  const end = endOf(job);
  const ended = end !== null && now >= end;
  const failed = stateAt(job, now) === 'failed';
  const shape: JsonObject = {
    id: job.id,
    object: 'video',
    model,
    status: word,
    progress: progressOf(job, now),
    created_at: Math.floor(job.createdAt / 1000),
    completed_at: ended ? Math.floor(end / 1000) : null,
    expires_at: ended ? Math.floor((end + world.keepMs) / 1000) : null,
    prompt,
    seconds: String(seconds),
    size,
    remixed_from_video_id: remixOf,
    error: failed && job.failure !== null ? { ...job.failure } : null,
  };
  const field = world.options.linkField ?? null;
  if (field === null || !hasClip(job, now)) return shape;
  const [outer = '', inner] = field.split('.');
  const link = `${world.options.publicUrl}/files/${job.id}.mp4`;
  return { ...shape, [outer]: inner === undefined ? link : { [inner]: link } };
}

function progressOf(job: Video, now: number): number {
  const state = stateAt(job, now);
  if (state === 'queued' || job.endsAt === null) return 0;
  if (state !== 'running') return state === 'succeeded' ? 100 : 0;
  return Math.min(99, Math.floor((100 * (now - job.startsAt)) / (job.endsAt - job.startsAt)));
}

function listed(world: World, account: string, query: URLSearchParams): EmulatorAnswer {
  const now = world.options.clock.now();
  const all = world.book.of(account);
  if (query.get('order') !== 'asc') all.reverse();
  const after = query.get('after');
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const limit = Math.min(100, Math.max(1, Number(query.get('limit') ?? 20) || 20));
  const page = all.slice(from, from + limit);
  return json(200, {
    object: 'list',
    data: page.map((job) => shown(world, job, world.words[stateAt(job, now)], now)),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: from + limit < all.length,
  });
}

/** A job in the line or under way is stopped by it; a finished one loses its bytes. */
function deleted(world: World, account: string, id: string): EmulatorAnswer {
  const job = world.book.find(account, id);
  if (job === null) return missing();
  world.book.cancel(job, world.options.clock.now());
  world.book.remove(job);
  return json(200, { id, object: 'video.deleted', deleted: true });
}

function bytesOf(world: World, job: Video | null, request: EmulatorRequest): EmulatorReply {
  const now = world.options.clock.now();
  const end = job === null ? null : endOf(job);
  const there = job !== null && hasClip(job, now) && end !== null && now < end + world.keepMs;
  if (!there) return problem(404, null, 'The content of this video is not available.');
  return clipAnswer(world.clips, job.clip, world.faults.take('file'), request);
}

function models(world: World): EmulatorAnswer {
  const data: Json = world.options.models.map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'emulator',
  }));
  return json(200, { object: 'list', data });
}

function missing(): EmulatorAnswer {
  return problem(404, null, 'Video not found.');
}

function problem(
  status: number,
  code: string | null,
  message: string,
  param: string | null = null,
): EmulatorAnswer {
  const type = status === 401 ? 'authentication_error' : 'invalid_request_error';
  return json(status, { error: { message, type, param, code } });
}

function json(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}

export type ServeOpenAiVideosOptions = ServeJobOptions &
  Pick<OpenAiVideosOptions, 'keys' | 'models' | 'linkField' | 'words' | 'keepMs' | 'hands'>;

export function serveOpenAiVideos(options: ServeOpenAiVideosOptions): Promise<ServedJobs<JobEmulator>> {
  return serveJobs(options, (parts) => createOpenAiVideos({ ...options, ...parts }));
}
