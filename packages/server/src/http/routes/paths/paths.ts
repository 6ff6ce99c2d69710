/** Operations on access paths. */
import { limitChanges } from '../../../lifecycle/evidence/limit-changes.ts';
import { windowHours } from '../../../lifecycle/evidence/measures.ts';
import { pathReports } from '../../../lifecycle/operate/path-report.ts';
import { checkPath, createPath, type PathAnswer, updatePath } from '../../../lifecycle/operate/paths.ts';
import { providerFacts } from '../../../lifecycle/operate/providers.ts';
import { pathStatement } from '../../../lifecycle/operate/statement.ts';
import { storedWallet } from '../../../lifecycle/operate/wallet.ts';
import type { HttpContext } from '../../context.ts';
import { type Answer, type Handlers, notFound, ok, refused } from '../../operation.ts';
import { limitChangeView, pathView, statementView, walletView } from '../../views/path.ts';

const DAY_MS = 24 * 3_600_000;

export const pathHandlers: Pick<
  Handlers,
  | 'listPaths'
  | 'listProviders'
  | 'createPath'
  | 'getPath'
  | 'updatePath'
  | 'checkPath'
  | 'listLimitChanges'
  | 'getPathStatement'
> = {
  listPaths: async ({ context }) => {
    const nowMs = context.clock.now();
    const reports = await pathReports(context);
    return ok({ object: 'list', data: reports.map((report) => pathView(report, nowMs)), next_cursor: null });
  },
  listProviders: async () => {
    const data = providerFacts().map(({ defaultBaseUrl, ...facts }) => ({
      object: 'provider',
      base_url: defaultBaseUrl,
      ...facts,
    }));
    return ok({ object: 'list', data, next_cursor: null });
  },
  createPath: async ({ context, caller, body }) =>
    shown(context, await createPath(context, caller.keyId, body)),
  getPath: async ({ context, params }) => shown(context, { kind: 'path', name: params.id }),
  updatePath: async ({ context, caller, params, body }) =>
    shown(context, await updatePath(context, caller.keyId, params.id, body)),
  checkPath: async ({ context, params }) => {
    const checked = await checkPath(context, params.id);
    if (!checked) return notFound;
    const { ok: works, detail, wallet } = checked;
    const shownWallet = wallet ? walletView(storedWallet(wallet, []), context.clock.now()) : null;
    return ok({ ok: works, detail, wallet: shownWallet });
  },
  listLimitChanges: async ({ context, params, query }) => {
    const changes = await limitChanges(context, params.id, windowHours[query.window]);
    return changes ? ok({ object: 'list', data: changes.map(limitChangeView), next_cursor: null }) : notFound;
  },
  getPathStatement: async ({ context, params, query }) => {
    const sinceMs = query.since === undefined ? context.clock.now() - DAY_MS : Date.parse(query.since);
    const page = { sinceMs, before: query.cursor ?? null, most: query.limit };
    const statement = await pathStatement(context, params.id, page);
    return statement ? ok(statementView(params.id, statement)) : notFound;
  },
};

async function shown(context: HttpContext, answer: PathAnswer): Promise<Answer> {
  if (answer.kind === 'refused') return refused(answer.refusal);
  const [report] = await pathReports(context, answer.name);
  return report ? ok(pathView(report, context.clock.now())) : notFound;
}
