/**
 * Everything that speaks SQL, grouped by stage and noun. Each method is one transaction (or one statement): the unit
 * that a crash can or cannot have happened in, and the unit in which the simulator interleaves processes.
 */
import { type AcceptStore, acceptStore } from './accept.ts';
import { type AdmissionStore, admissionStore } from './admission.ts';
import type { Database } from './database.ts';
import { type MirrorStore, mirrorStore } from './mirror.ts';
import { type NodeStore, nodeStore } from './nodes.ts';
import { type NotifyStore, notifyStore } from './notify.ts';
import { type PathStore, pathStore } from './paths.ts';
import { type SettleStore, settleStore } from './settle.ts';
import { type StatsStore, statsStore } from './stats.ts';
import { type SubmitStore, submitStore } from './submit.ts';
import { type TrackStore, trackStore } from './track.ts';

export type Store = {
  accept: AcceptStore;
  admission: AdmissionStore;
  submit: SubmitStore;
  track: TrackStore;
  mirror: MirrorStore;
  settle: SettleStore;
  notify: NotifyStore;
  paths: PathStore;
  nodes: NodeStore;
  stats: StatsStore;
};

export function createStore(db: Database): Store {
  return {
    accept: acceptStore(db),
    admission: admissionStore(db),
    submit: submitStore(db),
    track: trackStore(db),
    mirror: mirrorStore(db),
    settle: settleStore(db),
    notify: notifyStore(db),
    paths: pathStore(db),
    nodes: nodeStore(db),
    stats: statsStore(db),
  };
}
