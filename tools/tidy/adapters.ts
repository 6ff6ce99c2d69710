/**
 * Each adapter folder has the same files, so whoever has read one vendor can find their way in the next. And none holds
 * a figure of a vendor's terms: those are data with a date (packages/server/catalogue/, decision 0014).
 */
import type { Tree, Violation } from './tree.ts';

const PROVIDERS = 'packages/server/src/providers';
const NOT_ADAPTERS = new Set(['conformance', '_template', 'contract', 'drive']);

const REQUIRED: Record<string, string> = {
  'adapter.ts': 'the mapping from our order to their requests, and from their answers to our outcomes',
  'models.ts': 'models, modes and limits as data',
  'wire.ts': 'tolerant schemas of what they answer, exact types of what we send',
  'errors.ts': 'their codes to our classes, as a table',
  'auth.ts': 'how a request is signed',
  'adapter.test.ts': 'the exam, then the oddities of this vendor',
  'README.md': 'the documents read and when, quirks, open doubts',
};

export function checkAdapters(tree: Tree): Violation[] {
  const folders = new Set<string>();
  for (const path of tree.paths) {
    const name = path.startsWith(`${PROVIDERS}/`) ? path.split('/')[4] : undefined;
    const isFolder = name !== undefined && path !== `${PROVIDERS}/${name}`;
    if (isFolder && !NOT_ADAPTERS.has(name)) folders.add(name);
  }
  return [...missingFiles(tree, folders), ...termsInCode(tree)];
}

const TERM =
  /\bconst (\w*(?:TTL|RETENTION|LIFE|PRICE|DEPOSIT|QUOTA|CONCURREN|SLOTS|PER_SECOND|PER_MINUTE|RATE)\w*) = [^=]*\d/;

/** That no term lives in code is proved by http/routes/evidence/terms.test.ts; this says it where one is typed. */
function termsInCode(tree: Tree): Violation[] {
  const watched = tree.files.filter(
    ({ path, isCode }) => isCode && path.startsWith(`${PROVIDERS}/`) && !/\.test\.ts$|\/testing\//.test(path),
  );
  return watched.flatMap(({ path, lines }) =>
    lines.flatMap((text, index) => {
      const name = TERM.exec(text)?.[1];
      if (name === undefined) return [];
      const fix =
        'put it into the dossier or a price sheet (packages/server/catalogue/) with its source and date';
      return [
        { check: 'adapters', file: path, line: index + 1, message: `${name}: a vendor’s term in code`, fix },
      ];
    }),
  );
}

function missingFiles(tree: Tree, folders: ReadonlySet<string>): Violation[] {
  return [...folders].sort().flatMap((name) =>
    Object.entries(REQUIRED)
      .filter(([file]) => !tree.paths.has(`${PROVIDERS}/${name}/${file}`))
      .map(([file, holds]) => ({
        check: 'adapters',
        file: `${PROVIDERS}/${name}/${file}`,
        line: 1,
        message: `the adapter ${name} has no ${file}`,
        fix: `write it: ${holds}. Copy the start from providers/_template/`,
      })),
  );
}
