/** Try a model: the form at the left, what comes of it at the right, the same order as code below. */
import type { CreateGeneration, Model } from '@sluice/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { BookOpen } from 'lucide-react';
import { useState } from 'react';
import { modelsQuery, orderQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { NoPath } from '../../ui/no-path.tsx';
import { Failure, PageHead, Skeleton, SkeletonRows } from '../../ui/panel.tsx';
import { Bench } from './bench.tsx';
import { useDesk } from './desk.ts';
import { fromOrder, toOrder } from './draft.ts';
import { Gallery, SavePrompt } from './gallery.tsx';
import type { PlaygroundSearch } from './search.ts';

export function Playground() {
  const models = useQuery(modelsQuery);
  const search = useSearch({ from: '/playground' });
  const { from } = search;
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
      <>
        <Head />
        <NoPath />
      </>
    );
  }
  return (
    <AtDesk
      key={`${search.model} ${from}`}
      models={reachable}
      search={search}
      order={before.data}
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

type AtDeskProps = {
  models: readonly Model[];
  search: PlaygroundSearch;
  order: CreateGeneration | undefined;
  lost: boolean;
};

function AtDesk({ models, search, order, lost }: AtDeskProps) {
  const [desk, setDesk] = useDesk(models, search, order);
  const [gallery, setGallery] = useState(false);
  const [saved, setSaved] = useState<CreateGeneration | null>(null);
  const model = models.find(({ id }) => id === desk.draft.model);
  const use = (example: CreateGeneration): void => {
    const named = models.find(({ id }) => id === example.model);
    if (named) setDesk((now) => ({ ...now, draft: fromOrder(example, named), others: [] }));
  };
  return (
    <>
      <Head lost={lost} onGallery={() => setGallery(true)} />
      <Bench
        models={models}
        desk={desk}
        onDesk={setDesk}
        onSave={() => model && setSaved(toOrder(desk.draft, model))}
        onGallery={() => setGallery(true)}
      />
      <Gallery open={gallery} models={models} onClose={() => setGallery(false)} onUse={use} />
      {saved && <SavePrompt order={saved} onClose={() => setSaved(null)} />}
    </>
  );
}
