import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

/** What else an operator should know of a client: what was done to it, and what holds it. */
export function remarksOn(campaign: Campaign, upgrade: Upgrade): readonly string[] {
  const { marked, relocation, servicePath, willBlockAgain, workaround, replacing, lastLook } = upgrade.memory;
  const { state } = campaign;
  const holds = state.status === 'paused' && upgrade.state.phase !== 'settled';
  const found: (string | false)[] = [
    holds &&
      `the campaign is paused by ${state.by}: ${state.because}; ${isFinishing(upgrade) ? 'what was begun on the client is finished' : 'nothing is begun on the client until it is resumed'}`,
    marked !== null &&
      upgrade.state.phase !== 'settled' &&
      `it has been marked for the update since ${isoOf(marked.at)}`,
    workaround !== null && `${workaround.preImage.service.name} starts by hand only until the update is done`,
    replacing !== null && 'new files wait on it, and take their places when it restarts',
    relocation === 'done' && `its service was moved and runs from ${servicePath ?? 'its new directory'}`,
    relocation === 'undone' && 'a relocation was tried and undone: the service is as it was',
    willBlockAgain &&
      'only the workaround was used: the same service will block it again at the next release',
    ...sightingsOf(upgrade),
    lastLook !== null && `last looked at ${isoOf(lastLook.at)}`,
  ];
  return found.filter((remark) => remark !== false);
}

/** Since when each of its blockers is in the way; only while it waits for them to go. */
function sightingsOf({ state, memory }: Upgrade): readonly string[] {
  if (state.phase !== 'deferred' && state.phase !== 'notifying') return [];
  return Object.entries(memory.sightings).map(
    ([blocker, { since, looks }]) =>
      `${blocker} has been in the way since ${isoOf(since)}: ${looks} ${looks === 1 ? 'look' : 'looks'}`,
  );
}
