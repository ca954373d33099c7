import type { EqualReason } from '../views/equal-reasons.ts';

/** What to look at, by words of the reason; the first that fits. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/unreachable|did not come back|did not restart/, 'See that the client is switched on and reachable'],
  [/restart/, 'Restart the client'],
  [/logon/, 'Have a user log on, or restart the client'],
  [/download/, 'Look at the copy on its logon server'],
  [/moved service|not moved back|relocat/, 'Look at the service on the client'],
  [/block/, 'Stop what blocks the update, or allow a relocation'],
  [/time zone/, 'Import the client with a known time zone'],
  [/window/, 'Give the client a window that fits'],
  [/look/, 'See why the client refuses the look'],
];

/** What a person does next about clients that ended so. */
export const nextStepOf = ({ reason }: Pick<EqualReason, 'reason'>): string =>
  hints.find(([words]) => words.test(reason))?.[1] ?? 'Read the reason with its evidence';
