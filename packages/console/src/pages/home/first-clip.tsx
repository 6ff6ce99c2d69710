/** For somebody who has nothing yet: what this is, and one button that ends with a clip. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { sluice } from '../../api/client.ts';
import { modelsQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useHasAccount, useSession } from '../../app/session-context.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.tsx';

const FIRST_PROMPT = 'A fox crosses a snowy field at dawn, slow dolly in, soft light';

export function FirstClip({ title }: { title: string }) {
  const session = useSession();
  const hasAccount = useHasAccount();
  const models = useQuery(modelsQuery);
  const order = firstOrder(models.data?.data ?? []);
  const create = useFirstClip();
  const ready = order !== null && hasAccount;
  return (
    <section className="rounded-lg border bg-surface px-6 py-10 text-center">
      <h2 className="text-xl tracking-tight">{title}</h2>
      <p className="mx-auto mt-2 max-w-lg text-ink-2">
        {session.sandbox
          ? 'This gateway runs on emulators: clips are real files, the whole way is real, nothing costs money.'
          : 'An order is queued, sent once, its clip saved to your own storage, and charged once.'}
      </p>
      <div className="mt-5 flex flex-wrap justify-center gap-2">
        {session.sandbox && (
          <Button
            kind="primary"
            disabled={!ready}
            busy={create.isPending}
            icon={<Sparkles className="size-4" aria-hidden="true" />}
            onClick={() => order && create.mutate(order)}
          >
            Make a sandbox clip
          </Button>
        )}
        <ButtonLink to="/playground" kind={session.sandbox ? 'outline' : 'primary'}>
          Write a prompt
        </ButtonLink>
        <ButtonLink to="/models" kind="quiet">
          See the models
        </ButtonLink>
      </div>
      <Why ready={ready} hasAccount={hasAccount} hasModel={order !== null} />
    </section>
  );
}

function Why({ ready, hasAccount, hasModel }: { ready: boolean; hasAccount: boolean; hasModel: boolean }) {
  if (ready) return null;
  const why = !hasModel
    ? 'No path leads to a model yet; who runs this gateway adds one under Paths.'
    : 'Choose an account at the top: it owns the clip and pays for it.';
  return <p className="mt-4 text-[0.93rem] text-warn">{hasAccount && hasModel ? '' : why}</p>;
}

function useFirstClip() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (order: CreateGeneration) => sluice.tasks.create(order),
    onSuccess: (task) => {
      void queries.invalidateQueries({ queryKey: ['tasks'] });
      void navigate({ to: '/tasks/$id', params: { id: task.id } });
    },
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
}

/** The shortest clip of the first model that makes one from words alone. */
function firstOrder(models: readonly Model[]): CreateGeneration | null {
  for (const model of models) {
    const mode = model.modes['text-to-video'];
    if (model.paths.length === 0 || !mode) continue;
    return {
      model: model.id,
      prompt: FIRST_PROMPT,
      quality: mode.resolutions[0],
      ...(mode.seconds && { duration: mode.seconds.default }),
    };
  }
  return null;
}
