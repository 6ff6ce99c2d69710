/** Try a model: the form at the left, what comes of it at the right, the same order as code below. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { BookOpen } from 'lucide-react';
import { useState } from 'react';
import { modelsQuery, orderQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Failure, PageHead, Skeleton, SkeletonRows } from '../../ui/panel.tsx';
import { Bench } from './bench.tsx';
import { type Draft, fromOrder, newDraft, toOrder } from './draft.ts';
import { Gallery, SavePrompt } from './gallery.tsx';

export function Playground() {
  const models = useQuery(modelsQuery);
  const { model, from } = useSearch({ from: '/playground' });
  const before = useQuery({ ...orderQuery(from ?? ''), enabled: from !== undefined });
  const reachable = (models.data?.data ?? []).filter(({ paths }) => paths.length > 0);
  if (models.isPending || (from !== undefined && before.isPending)) {
    return (
      <>
        <Head />
        <div className="grid items-start gap-5 lg:grid-cols-[25rem_minmax(0,1fr)]">
          <SkeletonRows rows={5} className="h-24" />
          <Skeleton className="h-64 max-lg:hidden" />
        </div>
      </>
    );
  }
  if (models.isError) {
    return (
      <Failure error={models.error} what="The models could not be read." retry={() => models.refetch()} />
    );
  }
  if (reachable.length === 0) {
    return (
      <Empty title="No path leads to a model yet">
        Add one on the machine of the gateway: <code className="font-mono">sluice paths add kling</code>
      </Empty>
    );
  }
  return (
    <Desk
      key={`${model} ${from}`}
      models={reachable}
      begin={beginning(reachable, model, before.data)}
      lost={before.isError}
    />
  );
}

function Head({ lost = false, onGallery }: { lost?: boolean; onGallery?: () => void }) {
  return (
    <PageHead
      title="Playground"
      under={lost && 'The order to begin with could not be read, so this is an empty one.'}
      aside={
        <Button
          icon={<BookOpen className="size-4" aria-hidden="true" />}
          disabled={onGallery === undefined}
          onClick={onGallery}
        >
          Prompts
        </Button>
      }
    />
  );
}

type DeskProps = { models: readonly Model[]; begin: Draft; lost: boolean };

function Desk({ models, begin, lost }: DeskProps) {
  const [draft, setDraft] = useState(begin);
  const [gallery, setGallery] = useState(false);
  const [saved, setSaved] = useState<CreateGeneration | null>(null);
  const model = models.find(({ id }) => id === draft.model);
  const save = (): void => {
    if (model) setSaved(toOrder(draft, model));
  };
  return (
    <>
      <Head lost={lost} onGallery={() => setGallery(true)} />
      <Bench
        models={models}
        draft={draft}
        onDraft={setDraft}
        onSave={save}
        onGallery={() => setGallery(true)}
      />
      <Gallery
        open={gallery}
        models={models}
        onClose={() => setGallery(false)}
        onUse={(order) => setDraft(beginning(models, undefined, order))}
      />
      {saved && <SavePrompt order={saved} onClose={() => setSaved(null)} />}
    </>
  );
}

function beginning(
  models: readonly Model[],
  wanted: string | undefined,
  order: CreateGeneration | undefined,
): Draft {
  const named = models.find(({ id }) => id === (order?.model ?? wanted));
  if (order && named) return fromOrder(order, named);
  const model = named ?? models.find(({ modes }) => modes['text-to-video']) ?? models[0];
  if (model === undefined) throw new Error('there is no model');
  return newDraft(model);
}
