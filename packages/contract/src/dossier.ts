/**
 * The dossier of an access path: what is stated about it, by whom, how sure and how old, side by side where statements
 * disagree. `unknown` is a value with a question, not a gap.
 */
import { z } from 'zod';
import { Check, FactName } from './facts.ts';
import { EvidenceGrade, Source } from './models.ts';

const Instant = z.iso.datetime();

/** Numbers for counts and seconds, decimal strings for amounts, booleans for a yes or no, words for the rest. */
export const FactValue = z
  .union([z.boolean(), z.number().min(0), z.string().min(1).max(500)])
  .nullable()
  .meta({ id: 'FactValue', description: 'Null: unknown.' });
export type FactValue = z.infer<typeof FactValue>;

export const FactScope = z
  .strictObject({
    account: z.string().max(100).optional(),
    plan: z.string().max(100).optional(),
    region: z.string().max(100).optional(),
    model: z.string().max(100).optional(),
  })
  .meta({ id: 'FactScope', description: 'What the statement holds for; empty: everything on this path.' });
export type FactScope = z.infer<typeof FactScope>;

/** A statement as the catalogue's data files hold it. */
export const DeclaredFact = z.strictObject({
  fact: FactName,
  value: FactValue,
  /** Only where the fact has no unit of its own. */
  unit: z.string().max(40).optional(),
  scope: FactScope.default({}),
  grade: EvidenceGrade,
  source: Source,
  reviewed_by: z.string().min(1).max(100),
  note: z.string().max(500).optional(),
});
export type DeclaredFact = z.infer<typeof DeclaredFact>;

/** `dossiers/<provider>.json` of the catalogue. */
export const DossierFile = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** What the adapter's own declarations were last held against. */
  adapter_source: Source,
  /** The price sheet that applies by default, where it is not the newest one of the provider's own name. */
  price_sheet: z.string().optional(),
  /**
   * What a path of the plainest kind would be set up with, nothing real: so that the adapter can be asked what it does
   * before there is one. Absent: not a vendor that one could open an account with.
   */
  sample_path: z
    .strictObject({
      base_url: z.url().optional(),
      credential: z.record(z.string(), z.string()),
      settings: z.record(z.string(), z.string()),
    })
    .optional(),
  facts: z.array(DeclaredFact),
});
export type DossierFile = z.infer<typeof DossierFile>;

export const SetFact = z
  .strictObject({
    fact: FactName,
    value: FactValue,
    unit: z.string().max(40).optional(),
    scope: FactScope.default({}),
    grade: z.enum(['unknown', 'declared', 'measured']).default('declared'),
    source: z.strictObject({
      name: z.string().min(1).max(200),
      url: z.url().max(500).optional(),
      reviewed_on: z.iso.date().optional().describe('Today if unset.'),
    }),
    reviewed_by: z.string().min(1).max(100).describe('The person who looked.'),
    note: z.string().max(500).optional(),
  })
  .meta({
    id: 'SetFact',
    description:
      'A fact of your own contract or account. It replaces your earlier statement on the same fact and scope, which ' +
      'stays in the history; shipped and measured statements stay beside it.',
  });

export const FactHistoryQuery = z.strictObject({ fact: FactName.optional() });

export const FactOrigin = z.enum(['shipped', 'adapter', 'yours', 'measured']).meta({
  id: 'FactOrigin',
  description:
    '`shipped`: read in public documents, comes with Sluice; `adapter`: what the adapter declares and must show; ' +
    '`yours`: entered by your team; `measured`: from your own traffic or a verification.',
});
export type FactOrigin = z.infer<typeof FactOrigin>;

export const FactStatement = z
  .strictObject({
    value: FactValue,
    unit: z.string().nullable(),
    text: z.string().describe('The value as a person reads it.'),
    scope: FactScope,
    grade: EvidenceGrade,
    origin: FactOrigin,
    source: Source,
    reviewed_by: z.string(),
    age_days: z.int(),
    stale: z.boolean().describe('Nobody has looked for longer than the staleness limit.'),
    note: z.string().nullable(),
  })
  .meta({ id: 'FactStatement' });
export type FactStatement = z.infer<typeof FactStatement>;

export const DossierFact = z
  .strictObject({
    fact: FactName,
    title: z.string(),
    kind: z.enum(['yes_no', 'number', 'amount', 'words']).describe('What its values are.'),
    unit: z.string().nullable().describe('Of its values; null where there is none or each names its own.'),
    standing: FactStatement.nullable().describe('The statement that counts; null: nothing is known.'),
    statements: z.array(FactStatement).describe('All of them, the standing one first.'),
    disagree: z.boolean().describe('Statements on the same scope differ.'),
    question: z
      .string()
      .nullable()
      .describe('What to ask the vendor; null where a fresh answer stands undisputed.'),
  })
  .meta({ id: 'DossierFact' });
export type DossierFact = z.infer<typeof DossierFact>;

export const DossierCheck = z
  .strictObject({
    check: Check,
    number: z.int(),
    title: z.string(),
    grade: EvidenceGrade.describe('The weakest grade among the facts of the check that are known.'),
    known: z.int(),
    open: z.int().describe('Facts that are unknown, stale or disputed.'),
    summary: z.string(),
    facts: z.array(DossierFact),
  })
  .meta({ id: 'DossierCheck' });
export type DossierCheck = z.infer<typeof DossierCheck>;

export const OpenQuestion = z
  .strictObject({ check: Check, fact: FactName, question: z.string(), because: z.string() })
  .meta({ id: 'OpenQuestion' });
export type OpenQuestion = z.infer<typeof OpenQuestion>;

export const Dossier = z
  .strictObject({
    object: z.literal('dossier'),
    path: z.string().nullable().describe('Null: a provider that you have no path to.'),
    provider: z.string(),
    provider_name: z.string(),
    sandbox: z.boolean(),
    made_at: Instant,
    stale_after_days: z.int(),
    checks: z.array(DossierCheck),
    open_questions: z.array(OpenQuestion),
  })
  .meta({ id: 'Dossier' });
export type Dossier = z.infer<typeof Dossier>;

export const FactChange = z
  .strictObject({
    id: z.string(),
    object: z.literal('fact'),
    path: z.string(),
    fact: FactName,
    value: FactValue,
    unit: z.string().nullable(),
    scope: FactScope,
    grade: EvidenceGrade,
    source: Source,
    reviewed_by: z.string(),
    note: z.string().nullable(),
    at: Instant,
    replaces: z.string().nullable().describe('Id of your earlier statement that this one replaced.'),
    entered_with: z.string().nullable().describe('Id of the API key; null: the gateway measured it.'),
  })
  .meta({ id: 'FactChange' });
export type FactChange = z.infer<typeof FactChange>;
