/** Where a plan is worked on: a thread of its own, so that the gateway answers as quickly as without it. */
import { serveThread } from '../effects/threads/real.ts';
import type { PlanJob } from '../plan/job.ts';
import { runPlan } from '../plan/run.ts';

// What comes in was made by lifecycle/operate/plan-job.ts in this same process: not a border.
serveThread((input, say) => {
  let told = 0;
  return runPlan(input as PlanJob, (share) => {
    if (share - told < 0.01) return;
    told = share;
    say(share);
  });
});
