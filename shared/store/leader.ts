import type { Store } from './store.ts';

/**
 * The fence of a leader: a counter that never falls. Rounds bring it along with every change they ask for; where a newer
 * leader has been seen, nothing is changed.
 */
export type LeaderFence = number;

/** Which orchestrator leads. `until` is the end of its lease in real time, by the clock that grants it. */
export interface Leader {
  readonly owner: string;
  readonly fence: LeaderFence;
  readonly until: number;
}

/** `follows` says who leads instead. */
export type LeadOutcome = ({ readonly kind: 'leads' } & Leader) | ({ readonly kind: 'follows' } & Leader);

/** The same store as this leader uses it: what a round changes, it changes under the leader's fence. */
export const ledBy = (store: Store, leader: LeaderFence): Store => ({
  ...store,
  commitCampaign: (next, version, audit, conditions) =>
    store.commitCampaign(next, version, audit, { ...conditions, leader }),
  admit: (campaign, picks, at) => store.admit(campaign, picks, at, leader),
  inspect: (campaign, cursor, limit, at) => store.inspect(campaign, cursor, limit, at, leader),
  writeCopies: (release, manifest, found, forgotten) =>
    store.writeCopies(release, manifest, found, forgotten, leader),
  sweep: (at, graceMs, limit, skip) => store.sweep(at, graceMs, limit, skip, leader),
});
