/** People: members with roles, and the prompts that they share. */
import { z } from 'zod';
import { Scope } from './accounts.ts';
import { Role } from './sessions.ts';
import { CreateGeneration } from './tasks.ts';

const Instant = z.iso.datetime();
const PersonName = z.string().trim().min(1).max(200);

export const CreateMember = z
  .strictObject({
    name: PersonName,
    email: z.email().max(320),
    role: Role,
    account: z.string().max(100).nullable().default(null).describe('Null for an operator; else the account.'),
  })
  .meta({ id: 'CreateMember' });

export const UpdateMember = z
  .strictObject({ name: PersonName.optional(), role: Role.optional() })
  .meta({ id: 'UpdateMember' });

export const Member = z
  .strictObject({
    id: z.string(),
    object: z.literal('member'),
    name: z.string(),
    email: z.string(),
    role: Role,
    account: z.string().nullable(),
    key: z
      .string()
      .describe('The key row that this member acts with; its budget and audit trail are theirs.'),
    scopes: z.array(Scope),
    created_at: Instant,
    last_seen_at: Instant.nullable(),
  })
  .meta({ id: 'Member' });

const order = CreateGeneration.shape;
export const PromptOrder = z
  .strictObject({
    model: order.model,
    mode: order.mode,
    prompt: order.prompt,
    negative_prompt: order.negative_prompt,
    duration: order.duration,
    aspect_ratio: order.aspect_ratio,
    quality: order.quality,
    sound: order.sound,
    model_params: order.model_params,
  })
  .meta({ id: 'PromptOrder', description: 'An order without its inputs, which are files that come and go.' });

export const CreatePrompt = z
  .strictObject({
    title: z.string().trim().min(1).max(120),
    note: z.string().max(1000).default(''),
    order: PromptOrder,
  })
  .meta({ id: 'CreatePrompt' });

export const Prompt = z
  .strictObject({
    id: z.string(),
    object: z.literal('prompt'),
    title: z.string(),
    note: z.string(),
    order: PromptOrder,
    shipped: z.boolean().describe('A worked example that came with Sluice; it cannot be deleted.'),
    created_at: Instant.nullable(),
  })
  .meta({ id: 'Prompt' });
