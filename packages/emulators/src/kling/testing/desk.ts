/**
 * For the emulator's own tests: one emulator under a clock that the test turns, and a short way to
 * call it.
 */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, isDrop } from '../../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../../json.ts';
import { seededFractions } from '../../media/scene.ts';
import { createKling, type KlingEmulator } from '../handler.ts';
import type { KlingOptions } from '../world.ts';

export const startMs = Date.UTC(2026, 9, 1);

export type Desk = {
  kling: KlingEmulator;
  now(): number;
  /** Lets time pass. */
  pass(ms: number): void;
  /** Status and body of an answer; a cut connection has status 0. */
  call(method: string, path: string, body?: Json, token?: string | null): Promise<Answered>;
  raw(method: string, url: string, headers?: Record<string, string>): Promise<EmulatorAnswer>;
  /** Creates a task and gives its id back; fails the test when it is refused. */
  create(path: string, body: Json): Promise<string>;
};

export type Answered = {
  status: number;
  code: Json | undefined;
  message: string;
  data: Json;
  body: JsonObject;
};

export function openDesk(options: Partial<KlingOptions> = {}): Desk {
  let now = startMs;
  const fraction = seededFractions('desk');
  const kling = createKling({
    clock: { now: () => now },
    random: {
      fraction,
      bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)),
    },
    accounts: [
      {
        name: 'team',
        apiKeys: ['key-1', 'key-2'],
        accessKey: 'AK',
        secretKey: 'SK',
        packs: [{ name: 'Trial-Video-100Units-5Con-1Months', type: 'video', units: '1000', concurrency: 5 }],
      },
    ],
    publicUrl: 'http://vendor.test',
    outputs: { still: true },
    ...options,
    timing: {
      queueMs: 1_000,
      renderBaseMs: 4_000,
      renderMsPerSecond: 1_000,
      jitter: 0,
      ...options.timing,
    },
  });
  const desk: Desk = {
    kling,
    now: () => now,
    pass(ms) {
      now += ms;
    },
    async call(method, path, body, token = 'key-1') {
      const reply = await kling.handle({
        method,
        url: path,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        body: body === undefined ? new Uint8Array(0) : new TextEncoder().encode(writeJson(body)),
      });
      if (isDrop(reply)) return { status: 0, code: undefined, message: '', data: null, body: {} };
      const value = readJson(new TextDecoder().decode(reply.body));
      const read = isObject(value) ? value : {};
      const { code, message, data } = read;
      return { status: reply.status, code, message: String(message), data: data ?? null, body: read };
    },
    async raw(method, url, headers = {}) {
      const reply = await kling.handle({ method, url, headers, body: new Uint8Array(0) });
      if (isDrop(reply)) throw new Error('the connection was cut');
      return reply;
    },
    async create(path, body) {
      const answered = await desk.call('POST', path, body);
      const id = text(answered.data, 'id') ?? text(answered.data, 'task_id');
      if (id === undefined) throw new Error(`refused: ${answered.status} ${answered.message}`);
      return id;
    },
  };
  return desk;
}

/** A member of an object, or undefined where there is none; numbers in the path step into arrays. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined;
    else current = isObject(current) ? current[step] : undefined;
  }
  return current;
}

export function text(value: Json | undefined, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function signJwt(
  claims: JsonObject,
  secret: string,
  header: JsonObject = { alg: 'HS256', typ: 'JWT' },
): string {
  const part = (value: JsonObject): string => Buffer.from(writeJson(value)).toString('base64url');
  const head = `${part(header)}.${part(claims)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}
