/**
 * Paths (name, provider, sealed credential and those before it, state, health, wallet, query tokens) and the operator's
 * price sheets.
 */
import { statement } from './statement.ts';

export type PathRow = {
  name: string;
  provider: string;
  base_url: string;
  credential_sealed: string;
  credential_version: number;
  /** When it was put in; null: with the path. */
  credential_since: number | null;
  /** Those before it that something under way was sent with. */
  former: FormerCredential[];
  settings: Record<string, string>;
  sandbox: boolean;
  price_sheet: string | null;
  state: 'active' | 'paused' | 'draining' | 'retired';
  health: 'ok' | 'throttled' | 'wallet_empty' | 'credentials_refused' | 'unavailable';
  health_detail: string | null;
  health_until: number | null;
  health_strikes: number;
  /** Model families that the vendor refuses there. */
  resting: RestingFamily[];
  wallet: unknown;
  wallet_read_at: number | null;
  wallet_state: 'ok' | 'low' | 'short';
  lost_answer: 'hold' | 'resubmit';
  regions: string[];
  created_at: number;
};

export type RestingFamily = {
  family: string;
  until_ms: number | null;
  strikes: number;
  detail: string | null;
};

export type FormerCredential = {
  version: number;
  sealed: string;
  replaced_at_ms: number;
  refused_at_ms: number | null;
};

const COLUMNS = `name, provider, base_url, credential_sealed, credential_version, credential_since, settings, sandbox,
  price_sheet, state, health, health_detail, health_until, health_strikes, wallet, wallet_read_at, wallet_state,
  lost_answer, regions, created_at,
  (SELECT coalesce(json_agg(json_build_object('version', f.version, 'sealed', f.credential_sealed,
            'replaced_at_ms', floor(extract(epoch FROM f.replaced_at) * 1000),
            'refused_at_ms', floor(extract(epoch FROM f.refused_at) * 1000)) ORDER BY f.version), '[]'::json)
   FROM former_credentials f WHERE f.path_name = paths.name) AS former,
  (SELECT coalesce(json_agg(json_build_object('family', l.family, 'strikes', l.rest_strikes, 'detail', l.rest_detail,
            'until_ms', floor(extract(epoch FROM l.rest_until) * 1000)) ORDER BY l.family), '[]'::json)
   FROM limits l WHERE l.path_name = paths.name AND l.rest_strikes > 0) AS resting`;

export const listPaths = statement('paths.list', `SELECT ${COLUMNS} FROM paths ORDER BY created_at, name`);

export const insertPath = statement(
  'paths.insert',
  `INSERT INTO paths (name, provider, base_url, credential_sealed, settings, sandbox, price_sheet, state,
                      query_refilled_at, created_at, lost_answer, regions)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', 'epoch', $8, $9, $10)
   ON CONFLICT (name) DO NOTHING`,
);

export const updatePath = statement(
  'paths.update',
  `UPDATE paths SET base_url = coalesce($2, base_url), settings = coalesce($3::jsonb, settings),
          price_sheet = coalesce($4, price_sheet), state = coalesce($5, state),
          lost_answer = coalesce($6, lost_answer), regions = coalesce($7, regions)
   WHERE name = $1
   RETURNING ${COLUMNS}`,
);

export type HealthRow = Pick<PathRow, 'health' | 'health_until' | 'health_strikes' | 'health_detail'>;

export const lockHealth = statement(
  'paths.lock_health',
  `SELECT health, health_until, health_strikes, health_detail FROM paths WHERE name = $1 FOR UPDATE`,
);

export const writeHealth = statement(
  'paths.write_health',
  `UPDATE paths SET health = $2, health_until = $3, health_strikes = $4, health_detail = $5 WHERE name = $1`,
);

export const saveWallet = statement(
  'paths.save_wallet',
  `UPDATE paths SET wallet = $2, wallet_read_at = $3 WHERE name = $1`,
);

/**
 * Paths that are due for a look, each for one process. $1 now, $2 seconds until the next, $3 seconds where it could not
 * be reached, $4 most.
 */
export const claimWatches = statement(
  'paths.claim_watches',
  `UPDATE paths SET watch_at = $1::timestamptz
            + make_interval(secs => CASE WHEN health = 'unavailable' THEN $3::double precision
                                         ELSE $2::double precision END)
   WHERE name IN (SELECT name FROM paths
                  WHERE state <> 'retired'
                    AND (watch_at <= $1
                         OR health = 'unavailable' AND watch_at > $1 + make_interval(secs => $3::double precision))
                  ORDER BY watch_at, name LIMIT $4 FOR UPDATE SKIP LOCKED)
   RETURNING name`,
);

/** The worst case of a path's attempts under way, in micro-dollars. */
export const boundMicros = statement(
  'paths.bound_micros',
  `SELECT coalesce(sum((coalesce(o.route->'prices'->a.path_name, o.price)->>'costMaximumMicros')::bigint), 0)::bigint
            AS bound
   FROM attempts a JOIN task_orders o ON o.task_id = a.task_id
   WHERE a.path_name = $1 AND a.state IN ('sending', 'unknown', 'accepted')`,
);

export const changeWalletState = statement(
  'paths.change_wallet_state',
  `UPDATE paths SET wallet_state = $2 WHERE name = $1 AND wallet_state <> $2`,
);

export const writeAlarm = statement(
  'paths.write_alarm',
  `INSERT INTO events (id, type, data, created_at) VALUES ($1, 'path.alarm', $2, $3)`,
);

export const listPriceSheets = statement(
  'paths.list_price_sheets',
  `SELECT sheet FROM price_sheets ORDER BY id`,
);

export const insertPriceSheet = statement(
  'paths.insert_price_sheet',
  `INSERT INTO price_sheets (id, sheet, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
);
