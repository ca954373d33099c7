import { count, percent } from '../charts/svg.ts';
import type { CampaignReport } from '../views/report.ts';
import type { Figure, Verdict } from './document.ts';
import { marksOf, willInstallWords } from '../views/marks.ts';
import { notOk } from '../../shared/domain/outcome/states.ts';
import { many } from '../views/numbers.ts';

/**
 * How many clients of a campaign have the release, and how many of those that should: a cancelled
 * client should have it, and does not.
 */
export function scopeOf({ states, size }: Pick<CampaignReport, 'states' | 'size'>) {
  const have = states.upgraded + states.alreadyCurrent;
  const leftOut = states.excluded + states.skipped;
  const { cancelled } = states;
  const bad = notOk(states);
  const inScope = size - leftOut;
  const open = Math.max(0, inScope - have - bad - cancelled);
  return { have, leftOut, cancelled, notOk: bad, inScope, open };
}

/** What became of the campaign, and how many clients will still install. */
export function verdictOf(report: CampaignReport): Verdict {
  const verdict = outcomeOf(report);
  const marks = marksOf(report);
  if (marks === null) return verdict;
  return {
    ...verdict,
    says: `${verdict.says} ${willInstallWords(marks, report.release)} at the next logon.`,
  };
}

function outcomeOf(report: CampaignReport): Verdict {
  const { have, notOk, cancelled, inScope, open } = scopeOf(report);
  const done = `${count(have)} of ${many(inScope, 'client')} in scope ${have === 1 ? 'has' : 'have'} the release (${percent(have, inScope)} %)`;
  const failed = notOk === 0 ? '' : `; ${count(notOk)} failed or ${notOk === 1 ? 'needs' : 'need'} attention`;
  const ended = cancelled === 0 ? '' : `; ${count(cancelled)} ${cancelled === 1 ? 'was' : 'were'} cancelled`;
  const bad = `${failed}${ended}`;
  const unhealthy = report.health?.unhealthy ?? 0;
  const ill = unhealthy === 0 ? '' : `; ${count(unhealthy)} upgraded, and not healthy afterwards`;
  switch (report.status) {
    case 'ended':
      if (inScope === 0) return { tone: 'mixed', word: 'Ended', says: 'No client was in scope.' };
      return notOk + unhealthy + open + cancelled === 0
        ? { tone: 'good', word: 'Done', says: `${done}.` }
        : { tone: 'mixed', word: 'Done, with exceptions', says: `${done}${bad}${ill}.` };
    case 'aborted':
      return {
        tone: 'bad',
        word: 'Aborted',
        says: `${done}${bad}. Aborted by ${report.aborted?.by ?? 'an unknown person'}: ${report.aborted?.because ?? ''}`,
      };
    case 'running':
      return {
        tone: 'open',
        word: 'Running',
        says: `${done} so far${bad}${ill}; ${count(open)} are not finished.`,
      };
    case 'paused':
      return {
        tone: 'mixed',
        word: 'Paused',
        says: `${done} so far${bad}. Paused by ${report.paused?.by ?? 'an unknown person'}: ${report.paused?.because ?? ''}`,
      };
    case 'created':
    case 'scheduled':
    case 'waitingForRelease':
      return {
        tone: 'open',
        word: 'Not started',
        says: `${many(report.size, 'client')} will get the release.`,
      };
  }
}

/** The numbers beside the verdict. */
export function figuresOf(report: CampaignReport): readonly Figure[] {
  const { have, notOk, leftOut, cancelled, open } = scopeOf(report);
  const { done, undone } = report.relocations;
  const marks = marksOf(report);
  return [
    { value: count(have), label: 'have the release', tone: 'good' },
    { value: count(notOk), label: 'failed or need attention', tone: notOk === 0 ? 'open' : 'bad' },
    ...(marks === null
      ? []
      : [{ value: count(marks.inAll), label: 'will still install', tone: 'bad' } as const]),
    ...(open === 0 ? [] : [{ value: count(open), label: 'not finished', tone: 'open' } as const]),
    ...(cancelled === 0 ? [] : [{ value: count(cancelled), label: 'cancelled', tone: 'bad' } as const]),
    { value: count(leftOut), label: 'left out, with reasons', tone: 'open' },
    {
      value: count(done),
      label: undone === 0 ? 'services relocated' : `services relocated, ${undone} moved back`,
      tone: 'open',
    },
  ];
}
