import type { Moment, WhyAnswer } from '../../views/why.ts';
import { stateWord } from './states-table.ts';
import { safe, safeLines, type View } from './view.ts';
import { wrapped } from './wrap.ts';

const when = ({ at, inWords }: Moment): string => `${at} (${inWords})`;

/**
 * `client why` for a person: the state, the cause with its evidence, what happens next, and what
 * follows if nothing changes.
 */
export function whyLines(view: View, answer: WhyAnswer): readonly string[] {
  const {
    client,
    campaign,
    state,
    because,
    since,
    blockers,
    evidence,
    evidenceText,
    next,
    otherwise,
    remarks,
  } = answer;
  const others = blockers.filter((blocker) => !because.includes(blocker));
  const field = (name: string, text: string): readonly string[] =>
    wrapped(view, `  ${name.padEnd(10)} `, text, 'dim');
  return [
    view.paint('bold', safe(`${client} is ${stateWord(state)} in campaign ${campaign}`)),
    ...field('because', because),
    ...others.flatMap((blocker) => field('blocked by', blocker)),
    ...(since === null ? [] : field('since', when(since))),
    ...field('next', nextInWords(client, next)),
    ...(otherwise === null ? [] : field('otherwise', otherwise)),
    ...remarks.flatMap((remark, index) => field(index === 0 ? 'also' : '', remark)),
    ...(evidence === null ? [] : field('evidence', `SHA-256 ${evidence}`)),
    ...(evidenceText === null ? [] : ['', ...safeLines(evidenceText)]),
  ];
}

function nextInWords(client: string, next: WhyAnswer['next']): string {
  if (next === null)
    return `nothing more happens. If it is not upgraded, try again: servpack client retry ${client} --reason …`;
  return next.when === null ? next.action : `${next.action}: ${when(next.when)}`;
}
