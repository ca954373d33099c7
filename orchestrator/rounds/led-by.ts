import type { LeadingStore } from '../../shared/store/store.ts';
import type { LeaderFence } from '../../shared/store/leader-store.ts';

/** The store as a leader uses it: what a round changes carries the fence of the term. */
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
