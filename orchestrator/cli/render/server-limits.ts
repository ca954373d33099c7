import type { ServerLimitsAnswer } from '../../http/schemas/server-limits.ts';
import { table } from './table.ts';
import { number, type View } from './view.ts';

/** The limits of logon servers over all campaigns. */
export function serverLimitLines(view: View, { limits }: ServerLimitsAnswer): readonly string[] {
  if (limits.length === 0) return ['No logon server has a limit over all campaigns.'];
  const right = { align: 'right' as const };
  return table(
    view,
    [
      { head: 'logon server' },
      { head: 'in use', ...right },
      { head: 'limit', ...right },
      { head: 'by' },
      { head: 'since' },
      { head: 'reason' },
    ],
    limits.map(({ logonServer, active, by, because, at, inUse }) => [
      { text: logonServer ?? 'all others' },
      { text: inUse === null ? '' : number(inUse) },
      { text: number(active) },
      { text: by },
      { text: at },
      { text: because },
    ]),
  );
}
