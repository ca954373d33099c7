import type { CampaignStatus } from '../../views/status.ts';
import { endsInWords } from '../../../shared/domain/outcome/ending.ts';
import { shortForecast } from './end-forecast.ts';
import { heldServersWord, inProgressOf } from './held.ts';
import { notStagedInAll, statusWord } from '../../views/campaign-words.ts';
import { missingWord } from '../../views/missing-processes.ts';
import { namedAtMost } from './status.ts';
import { number, safe } from './view.ts';
import { finishedIn } from '../../../shared/domain/outcome/states.ts';

/**
 * The status in one line, for a pipe. While the line stays the same, nothing worth reporting has
 * changed.
 */
export function statusLine({
  campaign,
  status,
  size,
  states,
  waves,
  paused,
  aborted,
  halted,
  notStaged,
  holds,
  failures,
  forecast,
  missing = [],
}: CampaignStatus): string {
  const open = waves.filter(({ isOpen }) => isOpen).at(-1)?.wave;
  const inProgress = inProgressOf(states);
  const parts = [
    ...missing.map(({ process }) => missingWord[process]),
    `${number(finishedIn(states))} of ${number(size)} finished`,
    endsInWords(states, number),
    `${number(inProgress)} in progress`,
    `${number(states.deferred)} deferred`,
    ...(open === undefined ? [] : [`wave ${open}`]),
    ...shortForecast({ forecast }),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
    ...(holds.length > namedAtMost
      ? [heldServersWord(holds)]
      : holds.map(({ logonServer, by, because }) => `${logonServer} held by ${by}: ${because}`)),
    ...failures.map(({ because }) => `the leader fails: ${because}`),
  ];
  const stopped = paused ?? aborted;
  const haltedBy = halted === null ? '' : `, everything halted by ${halted.by}`;
  const why = stopped === null ? haltedBy : ` by ${stopped.by}: ${stopped.because}${haltedBy}`;
  return safe(`${campaign} ${statusWord[status]}${why}: ${parts.join(', ')}`);
}
