import { procedureWords, progressOf } from '../../shared/domain/remediation/procedure-words.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import { movedServices } from '../../shared/domain/upgrade/moved-services.ts';
import { openOnClient } from '../../shared/domain/upgrade/memory.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

/** What is open on the client's machine; null = nothing is. */
export function whyOpen({ upgrade, index }: StoredUpgrade): string | null {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return null;
  if (state.phase === 'remedying')
    return `its ${procedureWords[state.journal.procedure]} is at ${progressOf(state.journal)}`;
  const [first] = openOnClient(memory);
  if (first !== undefined) return inWords[first];
  const [moved] = movedServices(memory.learned);
  if (moved !== undefined) return `${moved.service.name} was moved there`;
  // The worker has read the entry of the fleet, and may begin something at any moment.
  return index === 'driven' ? 'a worker is at work on it' : null;
}

/** What an upgrade that has settled has left open on the client; null = nothing. */
export function leftOpen({ upgrade }: StoredUpgrade): string | null {
  if (upgrade.state.phase !== 'settled') return null;
  if (endedMarked(upgrade)) return 'it ended marked, and installs at its next logon';
  const { workaround, replacing, unfinished } = upgrade.memory.open;
  if (workaround !== null) return inWords.workaround;
  if (replacing !== null) return inWords.replacing;
  return unfinished ? inWords.unfinished : null;
}

const inWords: Readonly<Record<ReturnType<typeof openOnClient>[number], string>> = {
  mark: 'it is marked',
  unanswered: 'its update may have begun',
  restart: 'it is expected back from a restart',
  workaround: 'a service of it is set to manual for a while',
  replacing: 'new files wait there for its restart',
  unfinished: 'a procedure may be unfinished there',
};
