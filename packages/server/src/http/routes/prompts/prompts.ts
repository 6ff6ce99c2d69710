/** The prompt gallery: worked examples that came with Sluice, and those of the caller's own team. */
import { type Prompt, PromptOrder } from '@sluice/contract';
import type { z } from 'zod';
import { newId } from '../../../effects/random/id.ts';
import type { PromptRow } from '../../../store/team.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

const PROMPTS_MOST = 500;

export const promptHandlers: Pick<Handlers, 'listPrompts' | 'createPrompt' | 'deletePrompt'> = {
  listPrompts: async ({ context, caller }) => {
    const rows = await context.store.team.listPrompts(caller.accountId);
    const shipped = context.catalogue.prompts.map((prompt) => ({
      ...prompt,
      object: 'prompt',
      shipped: true,
      created_at: null,
    }));
    return ok({ object: 'list', data: [...rows.map(promptView), ...shipped], next_cursor: null });
  },
  createPrompt: async ({ context, caller, body }) => {
    if (context.catalogue.model(body.order.model) === null) {
      const allowed = context.catalogue.models.map((model) => model.id);
      const message = `There is no model "${body.order.model}".`;
      return refused({ code: 'invalid_input', field: 'order.model', message, allowed });
    }
    const nowMs = context.clock.now();
    const id = newId('prompt', nowMs, context.random);
    const { accountId, keyId } = caller;
    const row = await context.store.team.insertPrompt({ id, accountId, keyId, ...body }, PROMPTS_MOST, nowMs);
    if (row) return ok(promptView(row));
    const message = `A team keeps ${PROMPTS_MOST} prompts at most.`;
    return refused({ code: 'conflict', message, fix: 'Delete some that nobody uses.' });
  },
  deletePrompt: async ({ context, caller, params }) => {
    const deleted = await context.store.team.deletePrompt(params.id, caller.accountId);
    return deleted ? ok({ id: params.id, object: 'prompt', deleted: true }) : notFound;
  },
};

function promptView(row: PromptRow): z.infer<typeof Prompt> {
  const { id, title, note, created_at } = row;
  const order = PromptOrder.parse(row.order);
  return { id, object: 'prompt', title, note, order, shipped: false, created_at: instant(created_at) };
}
