import type { z } from 'zod';
import type { fleetImportAnswer, removalAnswer } from '../../http/schemas/fleet.ts';
import type { Encoding } from '../../input-file.ts';
import { importSummary, leavingNames } from '../../views/questions/fleet.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** What an import has changed, or would change; a dry run names the clients, too. */
export function importLines(view: View, answer: z.infer<typeof fleetImportAnswer>): readonly string[] {
  const { added, changed, dryRun, clients, form, leftOut } = answer;
  const more = added + changed - clients.length;
  return [
    ...(form === 'CSV' ? [] : [safe(`Read as ${form}`)]),
    ...(leftOut.length === 0 ? [] : wrapped(view, 'Columns left out: ', leftOut.join(', '))),
    ...(dryRun ? clients.flatMap(({ client, changes }) => clientLines(view, client, changes)) : []),
    ...(dryRun && more > 0 ? [`${number(more)} more not shown`] : []),
    ...importSummary(answer).flatMap(([head, text]) => wrapped(view, head, text)),
  ];
}

type Change = z.infer<typeof fleetImportAnswer>['clients'][number]['changes'][number];

const clientLines = (view: View, client: string, changes: readonly Change[]): readonly string[] =>
  changes.length === 0
    ? [safe(`${client}: new`)]
    : wrapped(
        view,
        `${client}: `,
        changes.map(({ field, from, to }) => `${field} ${from || 'none'} -> ${to || 'none'}`).join(', '),
      );

/** How a fleet file was read, where it is not UTF-8 with commas. */
export const readAs = (encoding: Encoding, delimiter: string): readonly string[] =>
  encoding === 'UTF-8' && delimiter === ',' ? [] : [safe(`Read as ${encoding}, delimiter ${delimiter}`)];

/** Who has left the fleet, or would leave it. */
export function removalLines(view: View, answer: z.infer<typeof removalAnswer>): readonly string[] {
  const { dryRun, removed, total } = answer;
  const counts = many(removed, 'client');
  return [
    ...wrapped(view, dryRun ? 'Would be removed: ' : 'Removed: ', leavingNames(answer)),
    safe(
      dryRun
        ? `${counts}; the fleet would have ${many(total, 'client')}. Nothing was changed`
        : `${counts} removed; the fleet has ${many(total, 'client')}`,
    ),
  ];
}
