import type { ReplayedCampaign } from '../../http/schemas/replay.ts';
import { table } from './table.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** A campaign as it was recorded, and whether every decision is made again in the same way. */
export function replayLines(view: View, answer: ReplayedCampaign): readonly string[] {
  const { campaign, until, recorded } = answer;
  return [
    `${view.paint('bold', `campaign ${safe(campaign)}`)}  replayed from its audit up to ${until}`,
    ...againLines(view, answer.again),
    '',
    ...sideLines(view, recorded),
    ...(answer.other === undefined ? [] : ['', ...otherLines(view, answer.other)]),
  ];
}

/** What another file would have done: both simulations, and what differs. */
function otherLines(view: View, other: NonNullable<ReplayedCampaign['other']>): readonly string[] {
  const { file, own, side, looks, unknownClients } = other;
  if (own === null || side === null)
    return wrapped(
      view,
      '',
      `${safe(file)} says what the campaign has done: its waves are those above`,
      'green',
    );
  const nearby = `${many(looks.asked, 'look')}, ${number(looks.nearby)} of them at a time at which nobody looked: the nearest look counts`;
  const unknown = `${number(looks.unknown)} answers for ${many(unknownClients, 'client')} are not in the history, and count as no success`;
  return [
    view.paint('bold', `with ${safe(file)}, over what these clients did`),
    ...other.assumptions.flatMap((each) => wrapped(view, 'assumed: ', each, 'dim')),
    ...wrapped(view, '', looks.unknown === 0 ? nearby : `${nearby}; ${unknown}`, 'dim'),
    '',
    'its own file, simulated',
    ...sideLines(view, own),
    ...overLines(view, own),
    ...(other.fit[0] === 'nothing differs'
      ? wrapped(view, '', 'as recorded', 'dim')
      : wrapped(view, 'against the record: ', other.fit.join('; '), 'dim')),
    '',
    `${safe(file)}, simulated`,
    ...sideLines(view, side),
    ...overLines(view, side),
    '',
    view.paint('bold', 'What differs between the two'),
    ...other.differences.flatMap((each) => wrapped(view, '  ', each)),
  ];
}

const overLines = (view: View, { endsAt, because }: ReplayedCampaign['recorded']): readonly string[] =>
  endsAt === null
    ? wrapped(view, 'not over: ', because ?? '', 'yellow')
    : wrapped(view, '', `over at ${endsAt}`, 'dim');

function againLines(view: View, again: ReplayedCampaign['again']): readonly string[] {
  const { isSame, openings, admissions, endings, decided, taken, differences } = again;
  const what = `${many(openings, 'opening')} of waves, ${many(admissions, 'admission')} and ${many(endings, 'ending')}`;
  const known =
    taken === 0
      ? `${many(decided, 'decision')} made again`
      : `${many(decided, 'decision')} made again; ${many(taken, 'step')} ${taken === 1 ? 'rests' : 'rest'} on what the audit does not hold, and ${taken === 1 ? 'is' : 'are'} taken as recorded`;
  return [
    ...(isSame
      ? wrapped(view, 'the same: ', `${what} are as recorded, byte for byte`, 'green')
      : wrapped(view, 'FAULT: ', `the deciders do not say what was recorded of ${what}`, 'red')),
    ...wrapped(view, '', known, 'dim'),
    ...differences.flatMap((each) => wrapped(view, '  ', each, 'red')),
  ];
}

function sideLines(view: View, side: ReplayedCampaign['recorded']): readonly string[] {
  const right = 'right' as const;
  const isCurrent = side.waves.some(({ alreadyCurrent }) => alreadyCurrent > 0);
  const isTaken = side.waves.some(({ takenOut }) => takenOut > 0);
  const columns = [
    { head: 'wave' },
    { head: 'clients', align: right },
    { head: 'opened' },
    { head: 'last client finished', short: 'finished' },
    { head: 'upgraded', align: right },
    ...(isCurrent ? [{ head: 'already current', short: 'curr', align: right }] : []),
    { head: 'not ok', align: right },
    ...(isTaken ? [{ head: 'taken out', short: 'out', align: right }] : []),
    { head: 'looks', align: right },
    { head: 'restarts', align: right },
    { head: 'relocations', align: right },
  ];
  const rows = side.waves.map((wave) => [
    { text: safe(wave.wave) },
    { text: number(wave.size) },
    { text: wave.opensAt ?? 'never' },
    { text: wave.endsAt ?? `${number(wave.unfinished)} left` },
    { text: number(wave.upgraded) },
    ...(isCurrent ? [{ text: number(wave.alreadyCurrent) }] : []),
    { text: number(wave.notOk) },
    ...(isTaken ? [{ text: number(wave.takenOut) }] : []),
    { text: number(wave.looks) },
    { text: number(wave.restarts) },
    { text: number(wave.relocations) },
  ]);
  return table(view, columns, rows);
}
