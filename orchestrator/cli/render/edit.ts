import type { z } from 'zod';
import type { editAnswer, historyAnswer } from '../../http/schemas/edits.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

type Edit = z.output<typeof editAnswer>;

/** What an edit changes, or has changed. */
export function editLines(view: View, edit: Edit): readonly string[] {
  const { campaign, edition, undoes, isApplied, changes, passedOver } = edit;
  if (changes.length === 0) return [safe(`Campaign ${campaign} is what the file says: nothing changes`)];
  return [
    ...changes.flatMap(({ section, says }) => wrapped(view, `${section}: `, says)),
    ...clientLines(view, edit),
    ...(isApplied
      ? [
          safe(`Changed ${campaign}: this is edition ${edition}`),
          ...(passedOver === 0
            ? []
            : [
                `${many(passedOver, 'client')} ${passedOver === 1 ? 'stays' : 'stay'} as before: begun meanwhile, in work in another campaign, or not in the fleet`,
              ]),
          'What runs on a client finishes under the rules with which it began.',
          safe(`Undo: servpack campaign revert ${campaign} ${undoes} --reason TEXT`),
        ]
      : []),
  ];
}

function clientLines(view: View, { waves, moved, joined, left }: Edit): readonly string[] {
  const sizes = waves
    .filter(({ before, after }) => before !== after)
    .map(({ wave, before, after }) => `${wave} ${number(before)} -> ${number(after)}`);
  const moves = [
    ...(moved === 0 ? [] : [`${many(moved, 'client')} wait${moved === 1 ? 's' : ''} in another wave`]),
    ...(joined === 0 ? [] : [`${many(joined, 'client')} join${joined === 1 ? 's' : ''}`]),
    ...(left === 0 ? [] : [`${many(left, 'client')} leave${left === 1 ? 's' : ''}`]),
  ];
  return [
    ...(sizes.length === 0 ? [] : wrapped(view, 'clients: ', sizes.join(', '))),
    ...(moves.length === 0 ? [] : wrapped(view, '', moves.join(', '))),
  ];
}

/** Every edition, the newest last. */
export function historyLines(
  view: View,
  { campaign, edition, editions }: z.output<typeof historyAnswer>,
): readonly string[] {
  if (editions.length === 0)
    return [safe(`Of campaign ${campaign} no edition is kept: an earlier version of servpack created it`)];
  return editions.flatMap((each) => [
    view.paint(
      'bold',
      safe(`edition ${each.edition}${each.edition === edition ? ' (present)' : ''}  ${each.at}  ${each.by}`),
    ),
    ...(each.revertsTo === undefined ? [] : [`  a revert to the file of edition ${each.revertsTo}`]),
    ...wrapped(view, '  ', each.because),
    ...each.changes.flatMap((change) => wrapped(view, '  - ', change)),
  ]);
}
