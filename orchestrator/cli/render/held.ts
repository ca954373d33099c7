import type { CampaignStatus } from '../../views/status.ts';
import { many, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** Held logon servers that are named one by one. */
const namedAtMost = 5;

export const inProgressOf = ({ active, restarting, remedying }: CampaignStatus['states']): number =>
  active + restarting + remedying;

/** How many of the clients in progress are held, and how many are completed all the same. */
export function heldLines(view: View, { held, states, paused, halted }: CampaignStatus): readonly string[] {
  // Without a pause and a halt only clients of held logon servers are held.
  if (held === null || (paused === null && halted === null)) return [];
  const inProgress = inProgressOf(states);
  const holding = held.active + held.remedying;
  const parts = [`nothing new starts on any client`, ...holdingWords(holding, inProgress - holding)];
  return wrapped(view, 'held: ', parts.join('; '), 'yellow');
}

const holdingWords = (holding: number, completing: number): readonly string[] => [
  ...(holding > 0 ? [`${many(holding, 'client')} in progress ${holding === 1 ? 'is' : 'are'} held`] : []),
  ...(completing > 0 ? [`work on ${many(completing, 'client')} is being completed`] : []),
];

/** Who holds which logon server, since when and why, and what that means for its clients. */
export const holdsLines = (view: View, holds: CampaignStatus['holds']): readonly string[] => [
  ...holds.slice(0, namedAtMost).flatMap((hold) => holdLines(view, hold)),
  ...(holds.length > namedAtMost
    ? [`and ${many(holds.length - namedAtMost, 'more logon server')} held; --json has all`]
    : []),
];

function holdLines(view: View, hold: CampaignStatus['holds'][number]): readonly string[] {
  const { logonServer, by, at, because, clients, held, completing } = hold;
  const parts = [
    `nothing new starts on ${clients === 0 ? 'its clients' : `${many(clients, 'client')} that ${clients === 1 ? 'has' : 'have'} not finished`}`,
    ...holdingWords(held.active + held.remedying, completing),
  ];
  return [
    ...wrapped(view, `${logonServer} held by ${by} since ${at}: `, because, 'yellow'),
    ...wrapped(view, '  held: ', parts.join('; '), 'yellow'),
  ];
}

/** `LS-PUN held`, or `5 logon servers held`; empty = none is. */
export const heldServersWord = ([first, ...others]: CampaignStatus['holds']): string =>
  first === undefined
    ? ''
    : others.length === 0
      ? `${first.logonServer} held`
      : `${many(others.length + 1, 'logon server')} held`;
