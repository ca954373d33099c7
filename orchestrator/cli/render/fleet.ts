import type { z } from 'zod';
import { table } from './table.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';
import type { FleetNumbers } from '../client/read-fleet.ts';
import type { releasesAnswer, stagedAnswer } from '../../http/schemas/releases.ts';

export function fleetLines(view: View, fleet: FleetNumbers): readonly string[] {
  const { total, servers, logonServers, clients, found, foundIs } = fleet;
  const right = { align: 'right' as const };
  return [
    `${many(total, 'client')} on ${many(logonServers.length, 'logon server')}, ${many(servers, 'server')} among them`,
    '',
    ...table(
      view,
      [{ head: 'logon server' }, { head: 'clients', ...right }],
      logonServers.map((each) => [{ text: each.logonServer }, { text: number(each.clients) }]),
    ),
    '',
    ...table(
      view,
      [
        { head: 'client' },
        { head: 'host' },
        { head: 'logon server' },
        { head: 'zone' },
        { head: 'role' },
        { head: 'labels' },
      ],
      clients.map(({ client, host, logonServer, zone, role, labels }) =>
        [client, host, logonServer, zone, role, labels.join(' ')].map((text) => ({ text })),
      ),
    ),
    ...(found > clients.length
      ? [`${number(found - clients.length)} more not shown; list more with --limit`]
      : foundIs === 'atLeast'
        ? ['There may be more; list more with --limit']
        : []),
  ];
}

export function releaseLines(
  view: View,
  { releases }: Pick<z.infer<typeof releasesAnswer>, 'releases'>,
): readonly string[] {
  if (releases.length === 0) return ['No release is staged.'];
  const right = { align: 'right' as const };
  const withdrawn = releases.flatMap(({ release, withdrawn: by }) =>
    by === undefined ? [] : wrapped(view, `${release} was withdrawn by ${by.by}: `, by.because, 'red'),
  );
  const rows = table(
    view,
    [
      { head: 'release' },
      { head: 'product' },
      { head: 'service pack', short: 'SP', ...right },
      { head: 'files', ...right },
      { head: 'bytes', ...right },
    ],
    releases.map(({ release, product, servicePack, files }) => [
      { text: release },
      { text: product },
      { text: servicePack === null ? '·' : String(servicePack) },
      { text: number(files.length) },
      { text: number(files.reduce((sum, { size }) => sum + size, 0)) },
    ]),
  );
  return [...rows, ...withdrawn];
}

export const stagedLines = (
  view: View,
  { release, tree, evidence, tookMs, commandRan, started }: z.infer<typeof stagedAnswer>,
): readonly string[] => [
  view.paint('bold', safe(`Staged release ${release.release} of ${release.product}`)),
  safe(
    `${commandRan ? 'Upgrade command succeeded' : 'No upgrade command'}, ${many(release.files.length, 'file')} hashed in ${tree} (${(tookMs / 1000).toFixed(1)} s)`,
  ),
  ...(commandRan ? [`Output saved as evidence ${evidence} (SHA-256)`] : []),
  ...started.map((campaign) => safe(`Started ${campaign}, which waited for this release`)),
];
