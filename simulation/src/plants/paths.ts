/** Bugs that need several paths to do harm. */
import type { Plant } from './plant.ts';

const several = { least: 1, most: 5 };

export const riskTaken: Plant = {
  name: 'risk-taken',
  mistake: 'a lost answer is sent again after a while, on paths whose operator wanted to wait',
  paths: several,
  store: (store) => ({
    ...store,
    paths: {
      ...store.paths,
      listPaths: async () =>
        (await store.paths.listPaths()).map((row) => ({ ...row, lost_answer: 'resubmit' as const })),
    },
  }),
};

export const callbackUnheard: Plant = {
  name: 'callback-unheard',
  mistake: 'a callback that names the task of a lost answer is put away and never looked at',
  paths: several,
  store: (store) => ({
    ...store,
    submit: {
      ...store.submit,
      claimLookups: async (pathName, claim) =>
        (await store.submit.claimLookups(pathName, claim)).map((row) => ({ ...row, called: null })),
    },
  }),
};

export const pinIgnored: Plant = {
  name: 'pin-ignored',
  mistake: 'a task that is pinned to one path is sent over another as well',
  paths: several,
  store: (store) => ({
    ...store,
    accept: {
      ...store.accept,
      accept: async (requests, nowMs, joinWithinMs) => {
        const names = (await store.paths.listPaths()).map(({ name }) => name);
        const widened = requests.map((request) => ({
          ...request,
          tasks: request.tasks.map((task) => ({ ...task, pathNames: names })),
        }));
        return store.accept.accept(widened, nowMs, joinWithinMs);
      },
    },
  }),
};
