/**
 * Credentials that were replaced (sealed, by path and version), kept as long as an attempt that was sent with one is
 * under way or its clip is being copied. Whether one is needed is seen from the attempts, never counted.
 */
import { statement } from './statement.ts';

/**
 * Admission holds these rows while it writes attempts with the path's version. Whoever replaces the credential takes
 * them first, so that no attempt is written with a version that was just found to be without attempts.
 */
export const lockAdmission = statement(
  'credentials.lock_admission',
  `SELECT family FROM limits WHERE path_name = $1 ORDER BY family FOR UPDATE`,
);

/** $1 path, $2 the new credential, $3 now. */
export const replace = statement(
  'credentials.replace',
  `WITH former AS (
     INSERT INTO former_credentials (path_name, version, credential_sealed, replaced_at)
     SELECT name, credential_version, credential_sealed, $3 FROM paths WHERE name = $1
   )
   UPDATE paths SET credential_sealed = $2, credential_version = credential_version + 1, credential_since = $3
   WHERE name = $1`,
);

/** $1 path, $2 version, $3 now. */
export const refuse = statement(
  'credentials.refuse',
  `WITH before AS (
     SELECT path_name, version, refused_at FROM former_credentials WHERE path_name = $1 AND version = $2 FOR UPDATE
   )
   UPDATE former_credentials f SET refused_at = $3 FROM before b
   WHERE f.path_name = b.path_name AND f.version = b.version
   RETURNING b.refused_at IS NULL AS news`,
);

const NEEDED = `EXISTS (SELECT 1 FROM attempts a
     WHERE a.path_name = f.path_name AND a.credential_version = f.version
       AND a.state IN ('sending', 'unknown', 'accepted'))
   OR EXISTS (SELECT 1 FROM assets s JOIN attempts a ON a.id = s.attempt_id
     WHERE s.state = 'copying' AND a.path_name = f.path_name AND a.credential_version = f.version)`;

/** $1 one path, or null for all. */
export const dropUnneeded = statement(
  'credentials.drop_unneeded',
  `DELETE FROM former_credentials c
   WHERE (c.path_name, c.version) IN (
     SELECT f.path_name, f.version FROM former_credentials f
     WHERE ($1::text IS NULL OR f.path_name = $1) AND NOT (${NEEDED})
     ORDER BY f.path_name, f.version FOR UPDATE)`,
);

export type NeedRow = { path_name: string; version: number; attempts: number };

/** How many attempts are still asked about, or copied, with each. */
export const countNeeds = statement(
  'credentials.count_needs',
  `SELECT f.path_name, f.version,
          ((SELECT count(*) FROM attempts a
            WHERE a.path_name = f.path_name AND a.credential_version = f.version
              AND a.state IN ('sending', 'unknown', 'accepted'))
           + (SELECT count(*) FROM assets s JOIN attempts a ON a.id = s.attempt_id
              WHERE s.state = 'copying' AND a.path_name = f.path_name AND a.credential_version = f.version))::int
            AS attempts
   FROM former_credentials f`,
);
