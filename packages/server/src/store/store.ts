/**
 * Everything that speaks SQL, grouped by stage and noun. Each method is one transaction (or one statement): the unit
 * that a crash can or cannot have happened in, and the unit in which the simulator interleaves processes.
 */
import { type AcceptStore, acceptStore } from './accept.ts';
import { type AccountStore, accountStore } from './accounts.ts';
import { type ActivityStore, activityStore } from './activity.ts';
import { type AdmissionStore, admissionStore } from './admission.ts';
import { type AlertStore, alertStore } from './alerts.ts';
import { type AnswerStore, answerStore } from './answers.ts';
import { type CheckoutStore, checkoutStore } from './checkouts.ts';
import type { Database } from './database.ts';
import { type EventStore, eventStore } from './events.ts';
import { type FactStore, factStore } from './facts.ts';
import { type FileStore, fileStore } from './files.ts';
import { type GateStore, gateStore } from './gate.ts';
import { type KeyStore, keyStore } from './keys.ts';
import { type LimitStore, limitStore } from './limits.ts';
import { type MeasureStore, measureStore } from './measures.ts';
import { type MirrorStore, mirrorStore } from './mirror.ts';
import { type NodeStore, nodeStore } from './nodes.ts';
import { type NotifyStore, notifyStore } from './notify.ts';
import { type OperatorStore, operatorStore } from './operator.ts';
import { type PathStore, pathStore } from './paths.ts';
import { type PlanStore, planStore } from './plans.ts';
import { type ReadStore, readStore } from './reads.ts';
import { type SessionStore, sessionStore } from './sessions.ts';
import { type SettleStore, settleStore } from './settle.ts';
import { type SigningKeyStore, signingKeyStore } from './signing-keys.ts';
import { type SpendStore, spendStore } from './spend.ts';
import { type StatsStore, statsStore } from './stats.ts';
import { type SubmitStore, submitStore } from './submit.ts';
import { type TeamStore, teamStore } from './team.ts';
import { type TrackStore, trackStore } from './track.ts';
import { type VerificationStore, verificationStore } from './verifications.ts';
import { type WebhookStore, webhookStore } from './webhooks.ts';

export type Store = {
  accept: AcceptStore;
  admission: AdmissionStore;
  limits: LimitStore;
  submit: SubmitStore;
  track: TrackStore;
  mirror: MirrorStore;
  settle: SettleStore;
  notify: NotifyStore;
  paths: PathStore;
  nodes: NodeStore;
  stats: StatsStore;
  reads: ReadStore;
  accounts: AccountStore;
  keys: KeyStore;
  files: FileStore;
  webhooks: WebhookStore;
  events: EventStore;
  activity: ActivityStore;
  operator: OperatorStore;
  sessions: SessionStore;
  signingKeys: SigningKeyStore;
  gate: GateStore;
  spend: SpendStore;
  team: TeamStore;
  plans: PlanStore;
  facts: FactStore;
  measures: MeasureStore;
  verifications: VerificationStore;
  answers: AnswerStore;
  checkouts: CheckoutStore;
  alerts: AlertStore;
};

export function createStore(db: Database): Store {
  return {
    accept: acceptStore(db),
    admission: admissionStore(db),
    limits: limitStore(db),
    submit: submitStore(db),
    track: trackStore(db),
    mirror: mirrorStore(db),
    settle: settleStore(db),
    notify: notifyStore(db),
    paths: pathStore(db),
    nodes: nodeStore(db),
    stats: statsStore(db),
    reads: readStore(db),
    signingKeys: signingKeyStore(db),
    accounts: accountStore(db),
    keys: keyStore(db),
    files: fileStore(db),
    webhooks: webhookStore(db),
    events: eventStore(db),
    activity: activityStore(db),
    operator: operatorStore(db),
    sessions: sessionStore(db),
    gate: gateStore(db),
    spend: spendStore(db),
    team: teamStore(db),
    plans: planStore(db),
    facts: factStore(db),
    measures: measureStore(db),
    verifications: verificationStore(db),
    answers: answerStore(db, createStore),
    checkouts: checkoutStore(db),
    alerts: alertStore(db),
  };
}
