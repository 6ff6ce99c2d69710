/** SQL of `answers`: what was answered to creates under an Idempotency-Key, sealed, for a day. */
import { statement } from './statement.ts';

export type WaitRow = { usual: string };

/**
 * Whoever waits holds a connection, so repeats of one slow request must not wait long. $1 for how long, as PostgreSQL
 * writes it.
 */
export const waitBriefly = statement(
  'answers.wait_briefly',
  `SELECT current_setting('lock_timeout') AS usual, set_config('lock_timeout', $1, true)`,
);

export const waitAsUsual = statement('answers.wait_as_usual', `SELECT set_config('lock_timeout', $1, true)`);

/**
 * $1 key, $2 Idempotency-Key, $3 hash of the request, $4 now, $5 answers made until then count no more. No row: there
 * is an answer. Waits for a transaction that is at the same one, until it has ended either way.
 */
export const claim = statement(
  'answers.claim',
  `INSERT INTO answers AS a (api_key_id, request_key, request_hash, made_at)
   VALUES ($1, $2, decode($3, 'hex'), $4)
   ON CONFLICT (api_key_id, request_key) DO UPDATE
     SET request_hash = excluded.request_hash, sealed = NULL, made_at = excluded.made_at
     WHERE a.made_at <= $5
   RETURNING a.api_key_id`,
);

export type AnswerRow = { request_hash: string; sealed: string | null };

export const find = statement(
  'answers.find',
  `SELECT encode(request_hash, 'hex') AS request_hash, sealed FROM answers WHERE api_key_id = $1 AND request_key = $2`,
);

export const keep = statement(
  'answers.keep',
  `UPDATE answers SET sealed = $3 WHERE api_key_id = $1 AND request_key = $2`,
);

export const forget = statement(
  'answers.forget',
  `DELETE FROM answers a
   USING (SELECT api_key_id, request_key FROM answers
          WHERE made_at <= $1
          ORDER BY api_key_id, request_key
          LIMIT $2
          FOR UPDATE SKIP LOCKED) AS old
   WHERE a.api_key_id = old.api_key_id AND a.request_key = old.request_key`,
);
