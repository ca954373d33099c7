import type { z } from 'zod';
import { table } from './table.ts';
import { number, safe, type Style, type View } from './view.ts';
import type { releaseServersAnswer } from '../../http/schemas/releases.ts';

type Answer = z.infer<typeof releaseServersAnswer>;

const styleOf: Readonly<Record<Answer['servers'][number]['state'], Style>> = {
  verified: 'green',
  incomplete: 'yellow',
  unreadable: 'red',
  unknown: 'dim',
};

/** The state of the copy on each logon server. */
export function serverLines(view: View, { release, hasCopies, servers }: Answer): readonly string[] {
  if (!hasCopies)
    return [safe(`The release file of ${release} lists no copies: all logon servers share the staged tree.`)];
  if (servers.length === 0)
    return [safe(`No campaign with release ${release} has clients that still have to download.`)];
  const right = { align: 'right' as const };
  return table(
    view,
    [
      { head: 'logon server' },
      { head: 'copy' },
      { head: 'files', ...right },
      { head: 'clients wait', short: 'wait', ...right },
      { head: 'since' },
      { head: 'reason' },
    ],
    servers.map(({ logonServer, state, filesOk, filesInAll, waiting, since, because }) => [
      { text: logonServer },
      { text: state, style: styleOf[state] },
      { text: `${number(filesOk)}/${number(filesInAll)}` },
      { text: number(waiting) },
      { text: since ?? '' },
      { text: because },
    ]),
  );
}
