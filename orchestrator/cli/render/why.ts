import type { Moment, WhyAnswer } from '../../views/why.ts';
import { stateWord } from '../../views/state-words.ts';
import { evidenceInWords } from './evidence.ts';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

const when = ({ at, inWords }: Moment): string => `${at} (${inWords})`;

/**
 * `client why` for a person: the state, the cause with its evidence, what happens next, and what
 * follows if nothing changes.
 */
export function whyLines(view: View, answer: WhyAnswer): readonly string[] {
  const { client, blockers, because, evidence, evidenceText } = answer;
  const others = blockers.filter((blocker) => !because.includes(blocker));
  return [
    view.paint('bold', safe(`${client}: ${whyHead(answer)}`)),
    ...whyFields(view, answer, others),
    ...(evidence === null ? [] : fieldIn(view, 'evidence', `SHA-256 ${evidence}`)),
    ...(evidenceText === null ? [] : ['', ...evidenceInWords(view, evidenceText)]),
  ];
}

/** `finished, failed, in campaign sms-sp4` */
export const whyHead = ({ state, end, campaign }: WhyAnswer): string =>
  safe(`${headWord(state, end)} in campaign ${campaign}`);

/**
 * The cause, what happens next, what follows if nothing changes, and what a person can do.
 * @param others blockers that the cause does not name, where they stand nowhere else
 */
export function whyFields(view: View, answer: WhyAnswer, others: readonly string[] = []): readonly string[] {
  const { because, since, next, otherwise, remarks, actions, others: elsewhere } = answer;
  const field = (name: string, text: string): readonly string[] => fieldIn(view, name, text);
  return [
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
  ];
}

const fieldIn = (view: View, name: string, text: string): readonly string[] =>
  wrapped(view, `  ${name.padEnd(10)} `, text, 'dim');

/** `failed`, of a client that has ended; else its state. */
const headWord = (state: WhyAnswer['state'], end: WhyAnswer['end']): string =>
  end === null ? stateWord(state) : `finished, ${stateWord(end)},`;

function nextInWords(next: NonNullable<WhyAnswer['next']>): string {
  return next.when === null ? next.action : `${next.action}: ${when(next.when)}`;
}
