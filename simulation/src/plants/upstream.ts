/** Bugs about what was bought and what the vendor is believed to have said. */
import type { IncomingCallback, TrackStore } from '@sluice/server/store/track.ts';
import { vendorOrigin } from '../world/vendors/kling.ts';
import type { Plant } from './plant.ts';

export const retryOn500: Plant = {
  name: 'retry-on-500',
  mistake: 'the paid request is sent again when its answer is a 5xx',
  outbound: (outbound) => ({
    ...outbound,
    request: async (request) => {
      const answer = await outbound.request(request);
      const paid = request.method === 'POST' && request.url.startsWith(vendorOrigin);
      const failed = answer.kind === 'answered' && answer.status >= 500;
      return paid && failed ? outbound.request(request) : answer;
    },
  }),
};

export const requeueOnHope: Plant = {
  name: 'requeue-on-hope',
  mistake: 'a lost answer sends the task back to the queue instead of looking it up',
  store: (store) => ({
    ...store,
    submit: {
      ...store.submit,
      recordUnknown: (sends, nowMs) =>
        store.submit.recordRequeued(
          sends.map((send) => ({ ...send, kind: 'no_slot', notBeforeMs: nowMs })),
          nowMs,
        ),
    },
  }),
};

const LONG_AGO_MS = 3_600_000;

export const hastyLookup: Plant = {
  name: 'hasty-lookup',
  mistake: 'one look that finds nothing is taken as proof that nothing was bought',
  store: (store) => ({
    ...store,
    submit: {
      ...store.submit,
      claimLookups: async (pathName, claim) => {
        const rows = await store.submit.claimLookups(pathName, claim);
        return rows.map((row) => ({ ...row, misses: row.misses + 5, sent_at: row.sent_at - LONG_AGO_MS }));
      },
    },
  }),
};

export const callbackBelieved: Plant = {
  name: 'callback-believed',
  mistake: 'a callback ends the attempt without the vendor being asked',
  store: (store) => ({
    ...store,
    track: {
      ...store.track,
      recordCallback: async (callback, nowMs) => {
        const made = await store.track.recordCallback(callback, nowMs);
        await believe(store.track, callback, nowMs);
        return made;
      },
    },
  }),
};

async function believe(track: TrackStore, callback: IncomingCallback, nowMs: number): Promise<void> {
  const ended = callback.word === 'failed' || callback.word === 'succeeded' || callback.word === 'succeed';
  const attempt = ended ? await track.attemptByToken(callback.token) : null;
  if (!attempt || callback.word === null) return;
  const failed = callback.word === 'failed';
  const note = {
    at: new Date(nowMs).toISOString(),
    kind: 'observation.ended',
    summary: 'by callback',
    data: {},
  };
  const link = /https:[^"]+outputs[^"]+/.exec(callback.body)?.[0] ?? `${vendorOrigin}/outputs/1.mp4`;
  await track.recordEnded(
    [
      {
        attemptId: attempt.id,
        state: failed ? 'failed' : 'succeeded',
        word: callback.word,
        reason: null,
        note,
        rerun: false,
        endedAtMs: nowMs,
        upstreamEndedAtMs: null,
        cost: null,
        costId: `ltx_${callback.id}`,
        costAccounts: ['expenses:upstream:plant', 'assets:upstream:plant'],
        suspenseAccounts: ['expenses:suspense:plant', 'assets:upstream:plant'],
        asset: failed ? null : { id: `asset_${callback.id}`, sourceUrl: link, sourceExpiresAtMs: null },
        outcome: failed ? 'failed' : null,
        code: failed ? 'render_failed' : null,
        message: failed ? 'by callback' : null,
        upstreamCode: null,
        eventId: `evt_${callback.id}`,
      },
    ],
    nowMs,
    'USD',
  );
}
