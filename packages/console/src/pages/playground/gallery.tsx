/** Prompts worth beginning with: worked examples that came along, and what the team has saved. */
import type { CreateGeneration, Model, Prompt } from '@sluice/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { sluice } from '../../api/client.ts';
import { promptsQuery } from '../../api/queries.ts';
import { messageOf } from '../../app/key-form.tsx';
import { useMay } from '../../app/session-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Empty, Failure, SkeletonRows } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';

type GalleryProps = {
  open: boolean;
  models: readonly Model[];
  onClose: () => void;
  onUse: (order: CreateGeneration) => void;
};

export function Gallery({ open, models, onClose, onUse }: GalleryProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Prompts" wide>
      <List
        models={models}
        onUse={(order) => {
          onUse(order);
          onClose();
        }}
      />
    </Dialog>
  );
}

function List({ models, onUse }: Pick<GalleryProps, 'models' | 'onUse'>) {
  const prompts = useQuery(promptsQuery);
  if (prompts.isPending) return <SkeletonRows rows={4} className="h-20" />;
  if (prompts.isError) {
    return (
      <Failure error={prompts.error} what="The prompts could not be read." retry={() => prompts.refetch()} />
    );
  }
  const all = prompts.data.data;
  if (all.length === 0) return <Empty title="No prompts yet">Save one from the playground.</Empty>;
  return (
    <ul className="grid gap-3 sm:grid-cols-2">
      {all.map((prompt) => (
        <Card
          key={prompt.id}
          prompt={prompt}
          model={models.find(({ id }) => id === prompt.order.model)}
          onUse={() => onUse(prompt.order)}
        />
      ))}
    </ul>
  );
}

type CardProps = { prompt: Prompt; model: Model | undefined; onUse: () => void };

function Card({ prompt, model, onUse }: CardProps) {
  const { title, note, order, shipped } = prompt;
  return (
    <li className="flex flex-col gap-1.5 rounded-md border p-3.5">
      <div className="flex items-start justify-between gap-2">
        <h3 className="font-medium">
          <bdi>{title}</bdi>
        </h3>
        {!shipped && <Remove prompt={prompt} />}
      </div>
      <p dir="auto" className="line-clamp-4 [overflow-wrap:anywhere] text-ink-2">
        {order.prompt}
      </p>
      {note !== '' && (
        <p dir="auto" className="text-[0.93rem] text-ink-3">
          {note}
        </p>
      )}
      <div className="mt-auto flex items-center justify-between gap-2 pt-1.5">
        <span className="truncate text-[0.93rem] text-ink-3">
          {model?.name ?? order.model}
          {order.mode && `, ${order.mode}`}
        </span>
        <Button
          small
          disabled={!model}
          title={model ? undefined : 'No path leads to this model.'}
          onClick={onUse}
        >
          Use
        </Button>
      </div>
    </li>
  );
}

function Remove({ prompt }: { prompt: Prompt }) {
  const may = useMay('tasks:write');
  const queries = useQueryClient();
  const again = (): void => {
    const { title, note, order } = prompt;
    void sluice.prompts
      .create({ title, note, order })
      .then(() => queries.invalidateQueries({ queryKey: ['prompts'] }));
  };
  const remove = useMutation({
    mutationFn: () => sluice.prompts.delete(prompt.id),
    onSuccess: () => toast({ text: 'The prompt is gone.', action: { label: 'Undo', run: again } }),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['prompts'] }),
  });
  if (!may) return null;
  return (
    <IconButton label={`Delete ${prompt.title}`} disabled={remove.isPending} onClick={() => remove.mutate()}>
      <Trash2 className="size-4" aria-hidden="true" />
    </IconButton>
  );
}

type SaveProps = { order: CreateGeneration | null; onClose: () => void };

export function SavePrompt({ order, onClose }: SaveProps) {
  const [title, setTitle] = useState('');
  const [note, setNote] = useState('');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (given: CreateGeneration) =>
      sluice.prompts.create({ title: title.trim(), note: note.trim(), order: withoutInputs(given) }),
    onSuccess: () => {
      toast({ text: 'Saved for your team.', tone: 'ok' });
      void queries.invalidateQueries({ queryKey: ['prompts'] });
      onClose();
    },
  });
  return (
    <Dialog open={order !== null} onClose={onClose} title="Save the prompt">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (order && title.trim() !== '') save.mutate(order);
        }}
      >
        <TextField label="Title" value={title} onChange={setTitle} maxLength={120} required autoFocus />
        <TextField
          label="Note"
          hint="What it is good for. Pictures and videos are not saved with it."
          value={note}
          onChange={setNote}
          maxLength={1_000}
        />
        {save.isError && <p className="text-bad">{messageOf(save.error)}</p>}
        <Button type="submit" kind="primary" busy={save.isPending} disabled={title.trim() === ''}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}

function withoutInputs(order: CreateGeneration): Prompt['order'] {
  const { model, mode, prompt, negative_prompt, duration, aspect_ratio, quality, sound, model_params } =
    order;
  return { model, mode, prompt, negative_prompt, duration, aspect_ratio, quality, sound, model_params };
}
