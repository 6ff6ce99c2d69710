/**
 * verifications: what was planned, agreed to and found, one row each. Whoever works on one holds its lease; what it
 * orders are tasks of its own account, told apart by their request keys.
 */
import { statement } from './statement.ts';

export type VerificationRow = {
  id: string;
  path_name: string;
  state: 'planned' | 'running' | 'stopping' | 'done' | 'stopped';
  account_id: string | null;
  api_key_id: string | null;
  record: unknown;
  due_at: number | null;
  created_at: number;
  ended_at: number | null;
};

const COLUMNS = 'id, path_name, state, account_id, api_key_id, record, due_at, created_at, ended_at';

/** $1 id, $2 path, $3 record, $4 now. */
export const insertVerification = statement(
  'verifications.insert',
  `INSERT INTO verifications (id, path_name, state, record, created_at)
   SELECT $1, name, 'planned', $3::jsonb, $4 FROM paths WHERE name = $2 RETURNING ${COLUMNS}`,
);

export const readVerification = statement(
  'verifications.read',
  `SELECT ${COLUMNS} FROM verifications WHERE id = $1`,
);

/** $1 path, $2 before this id, $3 most. */
export const listVerifications = statement(
  'verifications.list',
  `SELECT ${COLUMNS} FROM verifications WHERE path_name = $1 AND ($2::text IS NULL OR id < $2)
   ORDER BY id DESC LIMIT $3`,
);

/**
 * Agreed to: only a planned one starts, and only one of a path at a time orders. $1 id, $2 account, $3 key, $4 record,
 * $5 now.
 */
export const startVerification = statement(
  'verifications.start',
  `UPDATE verifications v SET state = 'running', account_id = $2, api_key_id = $3, record = $4::jsonb, due_at = $5
   WHERE v.id = $1 AND v.state = 'planned'
     AND NOT EXISTS (SELECT 1 FROM verifications o
                     WHERE o.path_name = v.path_name AND o.state IN ('running', 'stopping'))
   RETURNING ${COLUMNS}`,
);

/** Serialises starts on one path, so that of two only one finds the path free. */
export const lockPath = statement(
  'verifications.lock_path',
  `SELECT p.name FROM paths p JOIN verifications v ON v.path_name = p.name WHERE v.id = $1 FOR NO KEY UPDATE OF p`,
);

/**
 * A wish: whoever works on it sees it at the next step. A finished one is only watched, and that ends. $1 id, $2 now.
 */
export const stopVerification = statement(
  'verifications.stop',
  `UPDATE verifications SET state = CASE WHEN state = 'planned' THEN 'stopped' ELSE 'stopping' END,
          ended_at = CASE WHEN state = 'planned' THEN $2::timestamptz ELSE ended_at END,
          due_at = CASE WHEN state = 'planned' THEN NULL ELSE $2::timestamptz END
   WHERE id = $1 AND (state IN ('planned', 'running') OR (state = 'done' AND due_at IS NOT NULL))
   RETURNING ${COLUMNS}`,
);

/** $1 now, $2 lease, $3 leased until. One at a time: each works for seconds at most. */
export const claimVerification = statement(
  'verifications.claim',
  `UPDATE verifications SET lease = $2, due_at = $3
   WHERE id = (SELECT id FROM verifications WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING ${COLUMNS}`,
);

/**
 * What came of a move, from the holder of the lease only. A stop that was asked for in between stays asked for, and is
 * due at once; one that the move knew of ($8) is due when it says. $1 id, $2 lease, $3 state, $4 record, $5 due at or
 * null, $6 ended at or null, $7 now.
 */
export const saveVerification = statement(
  'verifications.save',
  `UPDATE verifications SET record = $4::jsonb, ended_at = coalesce(ended_at, $6::timestamptz),
          state = CASE WHEN state = 'stopping' AND $3::text <> 'stopped' THEN state ELSE $3::text END,
          due_at = CASE WHEN state = 'stopping' AND $3::text = 'running' AND NOT $8::boolean THEN $7::timestamptz
                        ELSE $5::timestamptz END
   WHERE id = $1 AND lease = $2 RETURNING state`,
);

export type VerifiedTaskRow = {
  id: string;
  request_key: string;
  state: string;
  outcome: string | null;
  error_code: string | null;
  error_message: string | null;
  attempt_id: string | null;
  attempt_state: string | null;
  sent_at: number | null;
  accepted_at: number | null;
  ended_at: number | null;
  cost_micros: bigint | null;
  refusals: number;
  refused_because: string | null;
  refused_at: number | null;
  refused_last_at: number | null;
  delivered_seconds: number | null;
  callbacks: number;
  verified: boolean | null;
  called_at: number | null;
};

/** Everything that one account ordered: a verification's is bounded by its budget. $1 account. */
export const verifiedTasks = statement(
  'verifications.tasks',
  `SELECT t.id, t.request_key, t.state, t.outcome, t.error_code, t.error_message,
          a.id AS attempt_id, a.state AS attempt_state, a.sent_at, a.accepted_at,
          coalesce(a.upstream_ended_at, a.ended_at) AS ended_at,
          m.cost_micros, m.refusals, m.refused_because, m.refused_at, m.refused_last_at,
          s.duration_seconds AS delivered_seconds, c.callbacks, c.verified, c.called_at
   FROM tasks t
   LEFT JOIN LATERAL (SELECT * FROM attempts x WHERE x.task_id = t.id ORDER BY x.number DESC LIMIT 1) a ON true
   CROSS JOIN LATERAL (
     SELECT sum(x.cost_micros)::bigint AS cost_micros,
            (count(*) FILTER (WHERE x.state = 'refused'))::int AS refusals,
            (array_agg(x.reason ORDER BY x.number) FILTER (WHERE x.state = 'refused'))[1] AS refused_because,
            min(x.ended_at) FILTER (WHERE x.state = 'refused') AS refused_at,
            max(x.ended_at) FILTER (WHERE x.state = 'refused') AS refused_last_at
     FROM attempts x WHERE x.task_id = t.id) m
   LEFT JOIN assets s ON s.task_id = t.id AND s.attempt_id = a.id AND s.kind = 'video' AND s.stored_at IS NOT NULL
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS callbacks, bool_and(verified) AS verified, min(received_at) AS called_at
     FROM callbacks b WHERE b.attempt_id = a.id) c
   WHERE t.account_id = $1 ORDER BY t.id`,
);

/** What ran on a path since then, whoever ordered it. $1 path, $2 family, $3 since, $4 most. */
export const ranSince = statement(
  'verifications.ran_since',
  `SELECT accepted_at, coalesce(upstream_ended_at, ended_at) AS ended_at FROM attempts
   WHERE path_name = $1 AND family = $2 AND accepted_at IS NOT NULL AND (ended_at IS NULL OR ended_at > $3)
   ORDER BY accepted_at DESC, id LIMIT $4`,
);

export type VerifiedAttemptRow = {
  id: string;
  correlation_id: string;
  upstream_id: string | null;
  handle: unknown;
  callback_token: string;
  order: unknown;
};

/** How attempts can be asked about again. $1 ids. */
export const attemptHandles = statement(
  'verifications.attempt_handles',
  `SELECT a.id, a.correlation_id, a.upstream_id, a.handle, a.callback_token, o."order"
   FROM attempts a JOIN task_orders o ON o.task_id = a.task_id WHERE a.id = ANY($1)`,
);

/** A second task that a repeated create made: nobody's order, so its price waits in suspense. Booked once. */
export const bookRepeat = statement(
  'verifications.book_repeat',
  `INSERT INTO ledger_transactions (id, kind, reference, currency, posting_accounts, posting_micros, note, at)
   VALUES ($1, 'cost', $2, 'USD', $3, $4, $5, $6) ON CONFLICT (reference) DO NOTHING`,
);
