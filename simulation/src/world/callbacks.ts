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
  /** A callback with a token that nobody was given, or that belongs to another path. */
  stranger(): Promise<void>;
  /** Tokens whose callback was taken with a 2xx. */
  taken: ReadonlySet<string>;
};

export type PostParts = {
  clock: Clock;
  dice: Dice;
  upstream: Upstream;
  pathNames: readonly string[];
  /** Tokens that attempts were given, with their paths. */
  tokens(): readonly { callback_token: string; path_name: string }[];
  anyNode(): Node | null;
  hit(point: string): void;
  onCrash(error: unknown): void;
  onStranger(answer: string): void;
};

const STATUS = { taken: 200, unknown: 404, rejected: 401 } as const;
const PATIENCE_MS = 10_000;

export function createPost(parts: PostParts): Post {
  const { clock, dice, upstream, anyNode, hit } = parts;
  const taken = new Set<string>();

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
    if (asked.answer === 'taken') taken.add(token);
    return STATUS[asked.answer];
  }

  return {
    pump: () => {
      for (const vendor of upstream.vendors) {
        for (const { id, url, headers, body } of vendor.dueCallbacks()) {
          void carry(url, headers, Buffer.from(body).toString('utf8')).then((status) =>
            vendor.callbackAnswered(id, status),
          );
        }
      }
    },
    taken,
    stranger: async () => {
      const made = Buffer.from(dice.bytes(16)).toString('hex');
      const body = '{"id":"1","status":"succeeded","outputs":[]}';
      const { pathName, token } = strayed(parts) ?? { pathName: parts.pathNames[0], token: made };
      const status = await carry(`${gatewayOrigin}/callbacks/${pathName}/${token}`, {}, body);
      parts.onStranger(String(status));
    },
  };
}

/** A genuine token at another path's address, where there are several. */
function strayed({ dice, pathNames, tokens }: PostParts): { pathName: string; token: string } | null {
  const known = tokens();
  if (pathNames.length < 2 || known.length === 0 || dice.chance(0.3)) return null;
  const { callback_token: token, path_name: own } = dice.pick(known);
  return { pathName: dice.pick(pathNames.filter((name) => name !== own)), token };
}
