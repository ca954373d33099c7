import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import { type DeferralClass, deferralClasses } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isBefore, stageOf, stageReached } from './stage.ts';

/** A client of the model: where it stands, and what was drawn of it. */
export interface FigureClient {
  readonly name: string;
  /** Reasons for which it waits no more. */
  readonly passed: Set<DeferralClass>;
  /** By reason: when its wait ends. */
  readonly until: Map<DeferralClass, number>;
  bootId: string;
  boots: number;
  isMarked: boolean;
  hasRestarted: boolean;
  isMoved: boolean;
  /** Its record says that a service is in the way now. */
  readonly isBlocked: boolean;
  isCurrent: boolean;
  /** Its last restart was its last sign. */
  isLost: boolean;
  /** When it checks in by itself; Infinity = it does not. */
  checksInAt: number;
}

/** A client on which nothing was done yet. */
export const newClient = (name: string): FigureClient => ({
  name,
  passed: new Set(),
  until: new Map(),
  bootId: 'boot 0',
  boots: 0,
  isMarked: false,
  hasRestarted: false,
  isMoved: false,
  isBlocked: false,
  isCurrent: false,
  isLost: false,
  checksInAt: Infinity,
});

/** A client as its record says that it stands. */
export function knownClient(upgrade: Upgrade): FigureClient {
  const { client, memory } = upgrade;
  const { mark } = memory.open;
  const bootId = memory.learned.lastLook?.bootId ?? 'boot 0';
  return {
    ...newClient(client),
    passed: passedBy(upgrade),
    bootId,
    isMarked: mark !== null,
    hasRestarted: mark !== null && !isSameBoot(bootId, mark.bootId),
    isMoved: memory.learned.relocation === 'done',
    isBlocked: upgrade.state.phase === 'deferred' && upgrade.state.class === 'service',
  };
}

/** The reasons for waiting that are behind an upgrade. */
function passedBy(upgrade: Upgrade): Set<DeferralClass> {
  const { state } = upgrade;
  const reached = stageReached(upgrade);
  return new Set(
    deferralClasses.filter(
      (kind) => isBefore(stageOf[kind], reached) && !(state.phase === 'deferred' && state.class === kind),
    ),
  );
}
