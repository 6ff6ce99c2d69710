/**
 * Says when events were committed, so that whoever streams them looks at once. A hint: it tells nothing but that
 * looking is worth while, and streams look by themselves when it is lost.
 */
import type { Store } from './store.ts';

export function announcing(store: Store, onEvents: () => void): Store {
  const { accept, admission, track, settle, paths, webhooks, alerts } = store;

  /** `wrote`: whether the answer means that there were events. */
  function after<Given extends unknown[], Answer>(
    method: (...given: Given) => Promise<Answer>,
    wrote: (answer: Answer) => boolean = () => true,
  ): (...given: Given) => Promise<Answer> {
    return async (...given) => {
      const answer = await method(...given);
      if (wrote(answer)) onEvents();
      return answer;
    };
  }

  const some = (rows: readonly unknown[]) => rows.length > 0;
  return {
    ...store,
    accept: {
      ...accept,
      accept: after(accept.accept, (made) => made.some(({ kind }) => kind === 'created')),
    },
    admission: { ...admission, admit: after(admission.admit, some) },
    track: { ...track, recordEnded: after(track.recordEnded, some) },
    settle: { ...settle, settle: after(settle.settle, some) },
    paths: { ...paths, recordAlarm: after(paths.recordAlarm) },
    alerts: { ...alerts, record: after(alerts.record, (changes) => some(changes?.events ?? [])) },
    webhooks: { ...webhooks, insertTest: after(webhooks.insertTest) },
  };
}
