import { progressOf } from '../../../shared/domain/remediation/procedure-words.ts';
import { flatMemory, type StoredMemory } from '../../../shared/domain/upgrade/memory-codec.ts';
import type { Request } from '../../../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { counted, countsOf, momentOf } from './layout.ts';

/**
 * What an upgrade says of itself, in words: the only file of the golden transcripts that knows its
 * fields.
 */

export function stateWords({ state }: Upgrade): string {
  switch (state.phase) {
    case 'ordering':
      return `ordering a restart (${state.cause})`;
    case 'deferred':
      return `deferred (${state.class})`;
    case 'remedying': {
      const { procedure, direction, failures } = state.journal;
      const way = direction === 'back' ? ' on its way back' : '';
      const failed = failures === 0 ? '' : `, failed ${counted(failures, 'time')}`;
      return `${procedure}${way}, ${progressOf(state.journal)}${failed}`;
    }
    case 'settled':
      return `${state.end}: ${state.cause}`;
    case 'looking':
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'restarting':
    case 'notifying':
      return state.phase;
  }
}

/** Everything that is remembered, a fact at a time; what is as at the beginning is left out. */
export function memoryWords({ attempt, memory: grouped }: Upgrade): readonly string[] {
  const memory = flatMemory(grouped);
  return [
    attempt === 1 ? '' : `attempt ${attempt}`,
    ...openWords(memory),
    ...historyWords(memory),
    ...learnedWords(memory),
    requestWords(memory.request),
  ].filter((each) => each !== '');
}

/** What stands open on the client. */
function openWords({
  marked,
  unanswered,
  restart,
  workaround,
  replacing,
  unfinished,
  leftMarked,
}: StoredMemory): readonly string[] {
  const taken = { true: 'taken', false: 'not taken', null: 'not known whether taken' };
  return [
    marked === null ? '' : `marked ${momentOf(marked.at)} in ${marked.bootId}`,
    unanswered === false
      ? ''
      : `outcome of the mark not known${unanswered === true ? '' : ' (worker stopped)'}`,
    restart === null
      ? ''
      : `restart ordered ${momentOf(restart.orderedAt)} in ${restart.bootBefore} (${restart.cause}, ` +
        `${taken[`${restart.taken}`]}), back by ${momentOf(restart.deadline)}`,
    workaround === null
      ? ''
      : `starts by hand since ${workaround.bootId}: ${workaround.preImage.service.name}`,
    replacing === null ? '' : `new files wait for the end of ${replacing.bootId}`,
    unfinished ? 'a procedure may be unfinished' : '',
    leftMarked === true ? 'installs at its next logon all the same' : '',
  ];
}

function historyWords({
  restarts,
  deferrals,
  lastDeferral,
  notifiedAt,
  tried,
  waits,
}: StoredMemory): readonly string[] {
  const last = lastDeferral;
  return [
    Object.keys(restarts).length === 0 ? '' : `restarts: ${countsOf(restarts)}`,
    Object.keys(deferrals).length === 0 ? '' : `deferrals: ${countsOf(deferrals)}`,
    last === null ? '' : `last one: ${last.class} until ${momentOf(last.until)}`,
    ...Object.entries(waits).map(([kind, since]) => `waits (${kind}) since ${momentOf(since)}`),
    notifiedAt === null ? '' : `users told ${momentOf(notifiedAt)}`,
    tried.length === 0 ? '' : `tried: ${tried.join(', ')}`,
  ];
}

function learnedWords(memory: StoredMemory): readonly string[] {
  const { sightings, seen, relocation, moved, servicePath, willBlockAgain, lastLook, unmark } = memory;
  const gone = seen.filter((name) => !Object.hasOwn(sightings, name));
  return [
    ...Object.entries(sightings).map(
      ([name, { looks, restarts, since, lastCounted, bootId }]) =>
        `in the way since ${momentOf(since)}: ${name}, ${counted(looks, 'look')}, ${counted(restarts, 'restart')}, ` +
        `last counted ${momentOf(lastCounted)} in ${bootId}`,
    ),
    gone.length === 0 ? '' : `was in the way: ${gone.join(', ')}`,
    relocation === 'none' ? '' : `relocation ${relocation}`,
    moved === null ? '' : `moved from ${moved.from}`,
    servicePath === null ? '' : `service runs from ${servicePath}`,
    willBlockAgain ? 'will block again' : '',
    unmark === null
      ? ''
      : `${unmark.isDone ? 'unmarked' : 'not unmarked'} ${momentOf(unmark.at)}: ${unmark.because}`,
    lastLook === null ? '' : `last look ${momentOf(lastLook.at)} in ${lastLook.bootId}`,
  ];
}

function requestWords(request: Request | null): string {
  switch (request?.kind) {
    case 'end':
      return `to end as ${request.ending.end}: ${request.ending.cause}`;
    case 'undo':
      return `to be moved back for ${request.by}: ${request.reason}`;
    case 'unmark':
      return `to be unmarked; ended as ${request.ending.end}: ${request.ending.cause}`;
    case undefined:
      return '';
  }
}
