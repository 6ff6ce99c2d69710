/** Carries the vendor's callbacks, and those of strangers, to some node of the gateway. */
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import { receiveCallback } from '@sluice/server/lifecycle/callback.ts';
import type { Dice } from '../dice.ts';
import { ask } from './ask.ts';
import type { Node } from './node.ts';
import { gatewayOrigin, type Upstream } from './upstream.ts';

export type Post = {
  /** Hands over what is due now. */
  pump(): void;
  /** A callback with a token that nobody was given. */
  stranger(): Promise<void>;
};

export type PostParts = {
  clock: Clock;
  dice: Dice;
  upstream: Upstream;
  anyNode(): Node | null;
  hit(point: string): void;
  onCrash(error: unknown): void;
  onStranger(answer: string): void;
};

const STATUS = { taken: 200, unknown: 404, rejected: 401 } as const;
const PATIENCE_MS = 10_000;

export function createPost(parts: PostParts): Post {
  const { clock, dice, upstream, anyNode, hit } = parts;

  async function carry(url: string, headers: Record<string, string>, body: string): Promise<number | null> {
    const node = anyNode();
    const [, pathName = '', token = ''] =
      new URL(url).pathname.match(/^\/callbacks\/([^/]+)\/([^/]+)$/) ?? [];
    if (!node) return null;
    const asked = await ask(
      node,
      (context) => receiveCallback(context, pathName, token, { headers, body }),
      clock.sleep(PATIENCE_MS),
    );
    if (asked.kind === 'failed') parts.onCrash(asked.error);
    if (asked.kind !== 'answered') return asked.kind === 'failed' ? 503 : null;
    hit(`callback ${asked.answer}`);
    return STATUS[asked.answer];
  }

  return {
    pump: () => {
      for (const { id, url, headers, body } of upstream.kling.dueCallbacks()) {
        void carry(url, headers, Buffer.from(body).toString('utf8')).then((status) =>
          upstream.kling.callbackAnswered(id, status),
        );
      }
    },
    stranger: async () => {
      const token = Buffer.from(dice.bytes(16)).toString('hex');
      const body = '{"id":"1","status":"succeeded","outputs":[]}';
      const status = await carry(`${gatewayOrigin}/callbacks/kling-main/${token}`, {}, body);
      parts.onStranger(String(status));
    },
  };
}
