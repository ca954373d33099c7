import { counted } from '../domain/counted.ts';
import type { NoticeDocument } from './notice-document.ts';

/** A chat or a mail lists so many happenings; the JSON of a webhook has all. */
const shownAtMost = 20;

/** The lines below the headline, for chats and mails. */
export function noticeLines(document: NoticeDocument): readonly string[] {
  const { happenings, inAll, counts, causes = [], ticket, next, ends, why, forecast, binds } = document;
  const shown = happenings.slice(-shownAtMost);
  const more = inAll - shown.length;
  const isWhySaid = shown.some(({ says }) => says === why);
  return [
    ...(more > 0 ? [`${more} more before these:`] : []),
    ...shown.map(({ at, who, says }) => `${at}${who === null ? '' : ` ${who}`}: ${says}`),
    ...(why === null || isWhySaid ? [] : [why]),
    ...ends.map(({ says, since }) => `This ends what began at ${since}: ${says}`),
    ...(counts === undefined ? [] : [countsLine(counts)]),
    ...(causes.length === 0
      ? []
      : [`Causes: ${causes.map(({ cause, count }) => `${cause} (${count})`).join(', ')}`]),
    ...(forecast === undefined ? [] : [`Forecast: ${forecast}`]),
    ...(binds === undefined ? [] : [`Holds it up: ${binds}`]),
    ...(ticket === undefined ? [] : [`Ticket: ${ticket}`]),
    ...next.map((command) => `do: ${command}`),
  ];
}

function countsLine({ size = 0, settled = 0, ...states }: Readonly<Record<string, number>>): string {
  const named = Object.entries(states).filter(([, count]) => count > 0);
  const each = named.map(([state, count]) => `${count} ${words[state] ?? state}`).join(', ');
  return `${settled - (states['cancelled'] ?? 0)} of ${counted(size, 'client')} finished${each === '' ? '' : `: ${each}`}`;
}

/** Names of counts that are two words. */
const words: Readonly<Record<string, string>> = {
  alreadyCurrent: 'already current',
  needsAttention: 'need attention',
};
