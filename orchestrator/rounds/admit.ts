import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { isWindowOpen } from '../../shared/domain/time/window.ts';
import { everywhere, type IsOpen } from '../../shared/store/queued.ts';
import { dispatch, type OrchestratorContext } from '../context.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

/**
 * Fills the free slots of a running campaign: those who have been parked first, then those who wait. The choice is a pure
 * function; the store compares and sets, so a choice made on old numbers can not break a budget.
 * @returns how many were admitted
 */
export async function admit(context: OrchestratorContext, { definition }: Campaign): Promise<number> {
  const { store, clock, log } = context;
  const name = definition.campaign;
  const inUse = await store.slotsInUse(name);
  const free = definition.budgets.active - inUse.active;
  if (free <= 0) return 0;
  const queued = await store.queued(name, free, openZones(definition, clock.now()));
  const chosen = chooseAdmissions(definition.budgets, inUse, [...queued.parked, ...queued.waiting]);
  if (chosen.length === 0) return 0;
  const admitted = await store.admit(name, chosen, clock.now());
  log.debug({ campaign: name, admitted: admitted.length }, 'admitted');
  await dispatch(context, admitted);
  return admitted.length;
}

/** Whose window is open at this moment, each time zone asked once. */
export function openZones({ policy: { window } }: CampaignDefinition, now: number): IsOpen {
  if (window === null) return everywhere;
  const known = new Map<string, boolean>();
  return (zone) => {
    const found = known.get(zone) ?? isWindowOpen(window, zone, now);
    known.set(zone, found);
    return found;
  };
}
