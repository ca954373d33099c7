import type { LeadingStore } from '../../shared/store/store.ts';
import type { LeaderFence } from '../../shared/store/leader-store.ts';

/** The same store as this leader uses it: what a round changes, it changes under the leader's fence. */
export const ledBy = (store: LeadingStore, leader: LeaderFence): LeadingStore => ({
  ...store,
  commitCampaign: (next, version, audit, conditions) =>
    store.commitCampaign(next, version, audit, { ...conditions, leader }),
  admit: (campaign, picks, at) => store.admit(campaign, picks, at, leader),
  checkInvariants: (campaign, cursor, limit, at) =>
    store.checkInvariants(campaign, cursor, limit, at, leader),
  writeCopies: (release, manifest, found, forgotten) =>
    store.writeCopies(release, manifest, found, forgotten, leader),
  sweep: (at, graceMs, limit, skip) => store.sweep(at, graceMs, limit, skip, leader),
});
