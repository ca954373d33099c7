import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import { isUpToDate } from '../../shared/domain/outcome/ending.ts';
import type { DeferralClass } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/**
 * How far the upgrade of a client has come: nobody has reached it, it is not marked, it is marked
 * and has not restarted, it waits for its logon, it waits for its files, it has the release.
 */
export const stages = ['unseen', 'seen', 'marked', 'restarted', 'downloading', 'done'] as const;

export type Stage = (typeof stages)[number];

/** The stage in which an upgrade can wait for this reason. */
export const stageOf: Readonly<Record<DeferralClass, Stage>> = {
  unreachable: 'unseen',
  couldNotLook: 'unseen',
  service: 'seen',
  program: 'seen',
  busy: 'seen',
  restart: 'marked',
  logon: 'restarted',
  load: 'restarted',
  download: 'downloading',
};

/** Is the first stage earlier than the second? */
export const isBefore = (one: Stage, other: Stage): boolean => stages.indexOf(one) < stages.indexOf(other);

/** How far an upgrade has come, by its record. */
export function stageReached({ state, memory }: Upgrade): Stage {
  if (state.phase === 'settled' && isUpToDate(state.end)) return 'done';
  const { mark } = memory.open;
  const { lastLook } = memory.learned;
  if (lastLook === null) return 'unseen';
  if (mark === null) return memory.history.deferrals.download === undefined ? 'seen' : 'downloading';
  if (state.phase === 'deferred' && state.class === 'download') return 'downloading';
  return isSameBoot(lastLook.bootId, mark.bootId) ? 'marked' : 'restarted';
}
