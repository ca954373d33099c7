import { clientHookRemarks } from './hooks-of-clients.ts';
import { lookedAgain } from './health-words.ts';
import { type GivenStops, stoppedRemarks } from './stopped.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Learned } from '../../shared/domain/upgrade/memory.ts';
import { movedServices } from '../../shared/domain/upgrade/moved-services.ts';
import { inWordsLeftMarked } from '../../shared/domain/upgrade/requests.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** What else an operator should know about a client: what was done to it, and what stops it. */
export function remarksOn(given: GivenStops, upgrade: Upgrade): readonly string[] {
  const { mark, workaround, replacing, unfinished } = upgrade.memory.open;
  const { relocation, willBlockAgain, lastLook, unmark } = upgrade.memory.learned;
  const found: (string | false)[] = [
    ...stoppedRemarks(given, upgrade),
    mark !== null &&
      upgrade.state.phase !== 'settled' &&
      `it has been marked for the update since ${isoOf(mark.at)}`,
    endedMarked(upgrade) && inWordsLeftMarked(upgrade.memory),
    lookedAgain(upgrade) ?? false,
    unmark !== null && `${isoOf(unmark.at)}: ${unmark.because}`,
    workaround !== null &&
      `${workaround.preImage.service.name} is set to manual start until the update is done`,
    replacing !== null && 'new files are ready on it; Windows puts them in place at the next restart',
    unfinished && 'a procedure may be unfinished on it: the next look goes on there',
    relocation === 'done' && whereMoved(upgrade.memory.learned),
    relocation === 'undone' &&
      (unfinished
        ? 'a relocation is undone as far as the settings of the service: it is as it was before after the next start'
        : 'a relocation was tried and undone: the service is as it was before'),
    willBlockAgain &&
      'only the workaround was used: the same service will block it again at the next release',
    ...clientHookRemarks(upgrade),
    ...sightingsOf(upgrade),
    lastLook !== null && `last looked at ${isoOf(lastLook.at)}`,
  ];
  return found.filter((remark) => remark !== false);
}

/** Where each relocated service runs now. */
function whereMoved(learned: Learned): string {
  const paths = movedServices(learned).map(({ to }) => to);
  return paths.length < 2
    ? `its service was moved and runs from ${learned.servicePath ?? 'its new directory'}`
    : `its services were moved and run from ${paths.join(' and ')}`;
}

/** Since when each of its blockers is in the way; only while it waits for them. */
function sightingsOf({ state, memory }: Upgrade): readonly string[] {
  if (state.phase !== 'deferred' && state.phase !== 'notifying') return [];
  return Object.entries(memory.learned.sightings).map(
    ([blocker, { since, looks }]) =>
      `${blocker} has been in the way since ${isoOf(since)}: ${looks} ${looks === 1 ? 'look' : 'looks'}`,
  );
}
