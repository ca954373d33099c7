import type { Moment, WhyAnswer } from '../../views/why.ts';
import { stateWord } from './states-table.ts';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
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
    end,
    actions,
    others: elsewhere,
  } = answer;
  const others = blockers.filter((blocker) => !because.includes(blocker));
  const field = (name: string, text: string): readonly string[] =>
    wrapped(view, `  ${name.padEnd(10)} `, text, 'dim');
  return [
    view.paint('bold', safe(`${client}: ${headWord(state, end)} in campaign ${campaign}`)),
    ...field('because', because),
    ...others.flatMap((blocker) => field('blocked by', blocker)),
    ...(since === null ? [] : field('since', when(since))),
    ...field('next', next === null ? 'nothing more happens by itself' : nextInWords(next)),
    ...(otherwise === null ? [] : field('otherwise', otherwise)),
    ...remarks.flatMap((remark, index) => field(index === 0 ? 'also' : '', remark)),
    ...elsewhere.flatMap((each) =>
      field('also in', `campaign ${each.campaign}, which ${statusClause[each.status]}`),
    ),
    ...actions.flatMap((action, index) => field(index === 0 ? 'do' : '', action)),
    ...(evidence === null ? [] : field('evidence', `SHA-256 ${evidence}`)),
    ...(evidenceText === null ? [] : ['', ...safeLines(evidenceText)]),
  ];
}

/** `failed`, of a client that has ended; else its state. */
const headWord = (state: WhyAnswer['state'], end: WhyAnswer['end']): string =>
  end === null ? stateWord(state) : `finished, ${stateWord(end)},`;

function nextInWords(next: NonNullable<WhyAnswer['next']>): string {
  return next.when === null ? next.action : `${next.action}: ${when(next.when)}`;
}
