/**
 * Events as a line in a chat room. Slack's incoming webhooks take `{ "text": … }` and answer `ok`, with `&`, `<` and
 * `>` escaped in the text (docs.slack.dev, "Sending messages using incoming webhooks"). Mattermost takes the same at
 * its own (developers.mattermost.com/integrate/webhooks/incoming), and Discord at an address that ends in `/slack`
 * (discord.com/developers/docs/resources/webhook, "Execute Slack-Compatible Webhook"), where a message has at most
 * 2,000 characters. Mattermost's and Discord's pages were read on 2026-11-30; Slack's was known, not read again.
 *
 * The address is the credential: whoever has it can write into the room. So it is kept sealed, and what is shown of it
 * is enough to tell rooms apart.
 */
import type { DeliveryRow } from '../store/notify.ts';

export const CHAT_FORMAT = 'slack';

const TEXT_MOST = 1_900;
/** Shown of a secret address at its end; of a shorter secret nothing. */
const TAIL = 4;
const SECRET_LEAST = 16;

/** Context under which the address of an endpoint is sealed. */
export function addressContext(endpointId: string): string {
  return `webhook-address:${endpointId}`;
}

/** What may be shown of the address of a room. */
export function shownAddress(url: string): string {
  const { origin, pathname, search } = new URL(url);
  const secret = pathname + search;
  return `${origin}/…${secret.length < SECRET_LEAST ? '' : secret.slice(-TAIL)}`;
}

export function chatBody(delivery: DeliveryRow, consoleUrl: string | null): string {
  const lines = chatLines(delivery);
  const text = lines.map(harmless).join('\n').slice(0, TEXT_MOST);
  return JSON.stringify({ text: consoleUrl === null ? text : `${text}\n${consoleUrl}` });
}

function chatLines({ event_type: type, event_data: data }: DeliveryRow): string[] {
  const word = (name: string) => (typeof data[name] === 'string' ? data[name] : '');
  switch (type) {
    case 'alert.raised':
      return [
        `${HEADS[`${word('why')} ${word('severity')}`] ?? '🟠 Warning'}: ${word('message')}`,
        word('action'),
      ];
    case 'alert.cleared':
      return [`🟢 Over: ${word('message')}`];
    case 'webhook.test':
      return ['A test: what this endpoint asks for is told here.'];
    default: {
      const why = word('error_code') === '' ? '' : ` (${word('error_code')})`;
      return [`${type}: ${word('id')}, ${word('model')}${why}`];
    }
  }
}

const HEADS: Record<string, string> = {
  'new critical': '🔴 Critical',
  'worse critical': '🔴 Critical now',
  'reminder critical': '🔴 Still critical',
  'reminder warning': '🟠 Still',
};

/** Names are given by anybody: none may call a whole room, or be a link in disguise. */
function harmless(line: string): string {
  return line
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b');
}
