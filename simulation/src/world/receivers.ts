/** Those who are told: webhook receivers that answer well, badly, late or not at all, and remember everything. */
import { createHmac } from 'node:crypto';
import type { FarAnswer, FarEnd, FarRequest } from '@sluice/server/effects/outbound/virtual.ts';
import type { Dice } from '../dice.ts';
import type { Climate } from './climate.ts';

export type Receipt = {
  url: string;
  webhookId: string;
  /** Of the event in the body. */
  eventId: string;
  taskId: string;
  signed: boolean;
  body: string;
  /** What the receiver answered; null: it hung up. */
  status: number | null;
};

export type Receivers = {
  farEnd(origin: string): FarEnd | undefined;
  receipts: readonly Receipt[];
  /** Requests that reached an address where only a followed redirect leads. */
  trespasses(): number;
  heal(): void;
};

/** Where a receiver points when it says "moved". Nothing of ours may ever go there. */
export const forbiddenOrigin = 'http://169.254.169.254';

type Behaviour = 'fine' | 'fails' | 'gone' | 'slow' | 'silent' | 'drops' | 'moved' | 'throttles';

export function createReceivers(
  dice: Dice,
  climate: Climate['receivers'],
  secretOf: (url: string) => string | null,
  hit: (point: string) => void,
): Receivers {
  const receipts: Receipt[] = [];
  let trespasses = 0;
  let healed = false;

  function behaviour(url: string): Behaviour {
    if (healed) return 'fine';
    if (dice.chance(climate.failRate)) return dice.chance(0.3) ? 'throttles' : 'fails';
    if (!url.includes('/one-off/') && dice.chance(climate.goneRate)) return 'gone';
    if (dice.chance(climate.slowRate)) return 'slow';
    if (dice.chance(climate.silentRate)) return 'silent';
    if (dice.chance(climate.dropRate)) return 'drops';
    return dice.chance(climate.moveRate) ? 'moved' : 'fine';
  }

  const hooks: FarEnd = {
    handle: async (request) => {
      const chosen = behaviour(request.url);
      if (chosen !== 'fine') hit(`receiver ${chosen}`);
      const answer = answerOf(chosen);
      const status = 'drop' in answer ? null : answer.status;
      receipts.push(receiptOf(request, status, secretOf(request.url)));
      return answer;
    },
  };
  const trap: FarEnd = {
    handle: async () => {
      trespasses += 1;
      return { status: 200, headers: {}, body: 'credentials' };
    },
  };
  return {
    receipts,
    trespasses: () => trespasses,
    farEnd: (origin) => {
      if (origin === forbiddenOrigin) return trap;
      return origin.endsWith('.hooks.example') ? hooks : undefined;
    },
    heal: () => {
      healed = true;
    },
  };
}

function answerOf(behaviour: Behaviour): FarAnswer {
  const plain = { headers: {}, body: '' };
  switch (behaviour) {
    case 'fine':
      return { ...plain, status: 200 };
    case 'fails':
      return { ...plain, status: 500 };
    case 'throttles':
      return { status: 429, headers: { 'retry-after': '7' }, body: '' };
    case 'gone':
      return { ...plain, status: 410 };
    case 'slow':
      return { ...plain, status: 200, delayMs: 12_000 };
    case 'silent':
      return { ...plain, status: 200, delayMs: 60_000 };
    case 'drops':
      return { drop: true };
    case 'moved':
      return { status: 302, headers: { location: `${forbiddenOrigin}/latest/meta-data/` }, body: '' };
  }
}

function receiptOf(request: FarRequest, status: number | null, secret: string | null): Receipt {
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = Buffer.from(request.body).toString('utf8');
  const webhookId = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  const key = Buffer.from((secret ?? '').replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${webhookId}.${timestamp}.${body}`).digest('base64');
  const signatures = (headers.get('webhook-signature') ?? '').split(' ');
  const told: { id?: string; data?: { id?: string } } = JSON.parse(body);
  return {
    url: request.url,
    webhookId,
    eventId: told.id ?? '',
    taskId: told.data?.id ?? '',
    signed: secret !== null && signatures.includes(`v1,${expected}`),
    body,
    status,
  };
}
