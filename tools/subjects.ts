/** What each provider of the registry hands in to the exam. A provider without it has not sat the exam: an error. */
import type { Subject } from '@sluice/server/providers/conformance/subject.ts';
import type { Provider } from '@sluice/server/providers/contract.ts';
import { evolink, gptimage2 } from '@sluice/server/providers/evolink/adapter.ts';
import { unifiedSubject } from '@sluice/server/providers/evolink/testing/subject.ts';
import { falSubject } from '@sluice/server/providers/fal/testing/subject.ts';
import { kieSubject } from '@sluice/server/providers/kie/testing/subject.ts';
import { klingSubject } from '@sluice/server/providers/kling/testing/subject.ts';
import { openAiVideosSubject } from '@sluice/server/providers/openai-videos/testing/subject.ts';
import { openRouterSubject } from '@sluice/server/providers/openrouter/testing/subject.ts';
import { replicateSubject } from '@sluice/server/providers/replicate/testing/subject.ts';

export function subjectOf({ id }: Provider): Subject {
  const subjects = [
    klingSubject(),
    unifiedSubject(evolink),
    unifiedSubject(gptimage2),
    falSubject(),
    replicateSubject(),
    openRouterSubject(),
    openAiVideosSubject(),
    kieSubject(),
  ];
  const subject = subjects.find((each) => each.provider.id === id);
  if (!subject) throw new Error(`the provider ${id} hands in no subject for the exam`);
  return subject;
}
