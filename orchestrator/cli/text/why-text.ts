import type { Moment } from '../../../shared/domain/why.ts';
import type { WhyAnswer } from '../../why.ts';
import { safe, safeLines, type View } from './view.ts';

const when = ({ at, inWords }: Moment): string => `${at} (${inWords})`;

/** `client why` as a person reads it: what is, why, on what evidence, what comes next and what if it stays so. */
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
  const field = (name: string, text: string): string =>
    `  ${view.paint('dim', name.padEnd(10))} ${safe(text)}`;
  return [
    view.paint(
      'bold',
      safe(`${client} is ${state === 'settled' ? 'settled' : state} in campaign ${campaign}`),
    ),
    field('because', because),
    ...others.map((blocker) => field('blocked by', blocker)),
    ...(since === null ? [] : [field('since', when(since))]),
    field(
      'next',
      next === null
        ? 'nothing: this is its end'
        : next.when === null
          ? next.action
          : `${next.action}: ${when(next.when)}`,
    ),
    ...(otherwise === null ? [] : [field('otherwise', otherwise)]),
    ...remarks.map((remark, index) => field(index === 0 ? 'also' : '', remark)),
    ...(evidence === null ? [] : [field('evidence', `SHA-256 ${evidence}`)]),
    ...(evidenceText === null ? [] : ['', ...safeLines(evidenceText)]),
  ];
}
