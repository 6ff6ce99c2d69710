/**
 * SQL of people (members, each with a key row), of the prompts that teams keep (prompts), and of what needs a person
 * (read from everywhere).
 */
import { statement } from './statement.ts';

export type MemberRow = {
  id: string;
  account_id: string | null;
  name: string;
  email: string;
  role: 'operator' | 'owner' | 'developer' | 'viewer' | 'billing';
  key_id: string;
  scopes: string[];
  created_at: number;
  last_seen_at: number | null;
};

const MEMBER = `SELECT m.id, m.account_id, m.name, m.email, m.role, m.key_id, k.scopes, m.created_at,
    k.last_used_at AS last_seen_at
  FROM members m JOIN api_keys k ON k.id = m.key_id WHERE m.removed_at IS NULL`;

export const insertMember = statement(
  'members.insert',
  `INSERT INTO members (id, account_id, name, email, role, key_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);

/** $1 account or null for everybody's. */
export const listMembers = statement(
  'members.list',
  `${MEMBER} AND ($1::text IS NULL OR m.account_id = $1) ORDER BY m.id DESC LIMIT 1000`,
);

/** $2 account or null for an operator. */
export const findMember = statement(
  'members.find',
  `${MEMBER} AND m.id = $1 AND ($2::text IS NULL OR m.account_id = $2)`,
);

/** Name and role, and with the role the scopes of the member's key. $1 id, $2 name, $3 role, $4 scopes. */
export const updateMember = statement(
  'members.update',
  `WITH m AS (
     UPDATE members SET name = coalesce($2, name), role = coalesce($3, role)
     WHERE id = $1 AND removed_at IS NULL RETURNING key_id, name
   )
   UPDATE api_keys k SET name = m.name, scopes = coalesce($4::text[], k.scopes) FROM m WHERE k.id = m.key_id`,
);

/** $1 id, $2 now. */
export const removeMember = statement(
  'members.remove',
  `WITH m AS (
     UPDATE members SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL RETURNING key_id
   )
   UPDATE api_keys k SET revoked_at = coalesce(k.revoked_at, $2) FROM m WHERE k.id = m.key_id`,
);

export type PromptRow = { id: string; title: string; note: string; order: unknown; created_at: number };

/** $1 account, or null for the operators' own. */
export const listPrompts = statement(
  'prompts.list',
  `SELECT id, title, note, "order", created_at FROM prompts
   WHERE account_id IS NOT DISTINCT FROM $1::text ORDER BY id DESC LIMIT 500`,
);

/** Only while there is room. $1 id, $2 account, $3 key, $4 title, $5 note, $6 order, $7 now, $8 most. */
export const insertPrompt = statement(
  'prompts.insert',
  `INSERT INTO prompts (id, account_id, key_id, title, note, "order", created_at)
   SELECT $1, $2::text, $3, $4, $5, $6, $7
   WHERE (SELECT count(*) FROM prompts WHERE account_id IS NOT DISTINCT FROM $2::text) < $8
   RETURNING id, title, note, "order", created_at`,
);

export const deletePrompt = statement(
  'prompts.delete',
  `DELETE FROM prompts WHERE id = $1 AND account_id IS NOT DISTINCT FROM $2::text RETURNING id`,
);

export type EndpointTroubleRow = {
  id: string;
  /** Null: the installation's. */
  account_id: string | null;
  status: 'enabled' | 'disabled';
  disabled_reason: string | null;
  failing_since: number | null;
};

/** Endpoints that fail, or that were disabled because they did. $1 account or null for all. */
export const endpointTrouble = statement(
  'alerts.endpoints',
  `SELECT id, account_id, status, disabled_reason, failing_since FROM endpoints
   WHERE deleted_at IS NULL AND failing_since IS NOT NULL AND ($1::text IS NULL OR account_id = $1)
   ORDER BY failing_since, id LIMIT 1000`,
);

export type ExhaustedRow = {
  account_id: string | null;
  endpoint_id: string | null;
  deliveries: number;
  since: number;
};

/** Deliveries given up lately, by endpoint. $1 account or null for all, $2 since. */
export const exhausted = statement(
  'alerts.exhausted',
  `SELECT account_id, endpoint_id, count(*)::int AS deliveries, min(ended_at) AS since FROM deliveries
   WHERE state = 'exhausted' AND ended_at >= $2 AND ($1::text IS NULL OR account_id = $1)
   GROUP BY 1, 2 ORDER BY since, account_id, endpoint_id LIMIT 1000`,
);

export type LostRow = { account_id: string; attempts: number; since: number };

/** $1 account or null for all. */
export const lost = statement(
  'alerts.lost',
  `SELECT account_id, count(*)::int AS attempts, min(sent_at) AS since FROM attempts
   WHERE state = 'unknown' AND ($1::text IS NULL OR account_id = $1)
   GROUP BY account_id ORDER BY account_id`,
);

export type BudgetRow = { id: string; name: string; account_id: string; budget: bigint; used: bigint };

/** Keys that have used $2 percent of a budget that is not renewed by itself. $1 account or null for all. */
export const spentBudgets = statement(
  'alerts.budgets',
  `SELECT id, name, account_id, budget_micros AS budget, budget_used_micros AS used FROM api_keys
   WHERE revoked_at IS NULL AND budget_period = 'total' AND budget_micros > 0 AND account_id IS NOT NULL
     AND budget_used_micros * 100 >= budget_micros * $2::int AND ($1::text IS NULL OR account_id = $1)
   ORDER BY id LIMIT 1000`,
);

/** `spent`: in the last day. */
export type LowBalanceRow = {
  account_id: string;
  name: string;
  currency: string;
  available: bigint;
  spent: bigint;
};

/**
 * Accounts with less left than $3 hours of what they were charged in the last day, or less than $4. $1 account or null
 * for all, $2 a day ago.
 */
export const lowBalances = statement(
  'alerts.balances',
  `WITH spent AS (
     SELECT account_id, sum(-posting_micros[2]) AS micros FROM ledger_transactions
     WHERE kind = 'settle' AND at >= $2 AND ($1::text IS NULL OR account_id = $1) GROUP BY 1
   )
   SELECT b.account_id, c.name, c.currency,
          b.posted_micros - b.held_micros + b.credit_limit_micros AS available,
          coalesce(s.micros, 0)::bigint AS spent
   FROM balances b JOIN accounts c ON c.id = b.account_id LEFT JOIN spent s ON s.account_id = b.account_id
   WHERE ($1::text IS NULL OR b.account_id = $1)
     AND ((s.micros > 0 AND (b.posted_micros - b.held_micros + b.credit_limit_micros) * 24 < s.micros * $3::int)
          OR b.posted_micros - b.held_micros + b.credit_limit_micros < $4::bigint)
   ORDER BY b.account_id LIMIT 1000`,
);

export type WaitingRow = { family: string; since: number };

/**
 * Since when the oldest order of each family waits for a slot: not of low priority, not before its time, and not of an
 * account that has all the tasks under way that it may have. Two ranges of one index in each lane. $1 now.
 */
export const waitingLongest = statement(
  'alerts.waiting',
  `SELECT l.family, min(w.since) AS since
   FROM lanes l JOIN accounts c ON c.id = l.account_id AND c.status = 'active'
   CROSS JOIN LATERAL (
     (SELECT greatest(t.created_at, t.not_before) AS since FROM tasks t
      WHERE t.family = l.family AND t.account_id = l.account_id AND t.state = 'queued' AND t.priority = 1
        AND (t.not_before IS NULL OR t.not_before <= $1) ORDER BY t.id LIMIT 1)
     UNION ALL
     (SELECT greatest(t.created_at, t.not_before) AS since FROM tasks t
      WHERE t.family = l.family AND t.account_id = l.account_id AND t.state = 'queued' AND t.priority = 0
        AND (t.not_before IS NULL OR t.not_before <= $1) ORDER BY t.id LIMIT 1)) w
   WHERE l.active AND (c.max_in_flight IS NULL OR c.max_in_flight >
     (SELECT count(*) FROM tasks r WHERE r.state = 'running' AND r.account_id = l.account_id))
   GROUP BY l.family ORDER BY l.family`,
);

export type FailingRow = {
  path_name: string;
  family: string;
  failed: number;
  ends: number;
  updated_at: number;
};

/** How the last $1 renders of each model family on each path ended, where one ended since $2. */
export const lastEnds = statement(
  'alerts.last_ends',
  `SELECT path_name, family, updated_at, cardinality(array_positions(last, false)) AS failed, cardinality(last) AS ends
   FROM (SELECT path_name, family, updated_at,
                outcomes[greatest(1, cardinality(outcomes) - $1::int + 1):] AS last
         FROM render_outcomes WHERE updated_at >= $2) r
   ORDER BY path_name, family`,
);
