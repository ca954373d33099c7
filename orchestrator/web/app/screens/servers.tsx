import type { JSX } from 'preact';
import type { Status } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { Count } from '../parts/count.tsx';
import { Link } from '../parts/link.tsx';
import { StateBar } from '../parts/state-bar.tsx';
import { Says } from '../parts/time.tsx';
import { num, Table } from '../parts/table.tsx';
import { inProgress } from '../states.ts';
import { holdServer, releaseServer } from '../supply-actions.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { isCampaignOver } from '../../../../shared/domain/campaign/campaign.ts';
import { notOk } from '../../../../shared/domain/outcome/states.ts';

/** The logon servers of a campaign, what holds one of them up beside it. */
export function ServerTable({ status }: { readonly status: Status }): JSX.Element {
  const app = useApp();
  const { campaign, logonServers, notStaged, holds } = status;
  const isOver = isCampaignOver(status);
  const isHeld = (server: string): boolean => holds.some(({ logonServer }) => logonServer === server);
  const remark = (server: string): string => {
    const hold = holds.find(({ logonServer }) => logonServer === server);
    const copy = notStaged.find(({ logonServer }) => logonServer === server);
    if (hold !== undefined) return `held by ${hold.by}: ${hold.because}`;
    return copy === undefined ? '' : `${copy.filesOk} of ${copy.filesInAll} files: ${copy.because}`;
  };
  return (
    <Table
      class="compared"
      columns={[
        'Logon server',
        { name: 'States', is: 'wide-cell' },
        num('In progress'),
        num('Waiting'),
        num('Not ok'),
        num('Clients'),
        { name: texts.servers.act, is: 'hidden' },
      ]}
    >
      {logonServers.map(({ logonServer, size, states }) => (
        <tr key={logonServer} data-row>
          <th scope="row">
            <Link to={['campaigns', campaign]} query={{ tab: 'clients', server: logonServer }}>
              {logonServer}
            </Link>
            <span class="warn-words under">
              <Says text={remark(logonServer)} />
            </span>
          </th>
          <td class="wide-cell">
            <StateBar states={states} size={size} label={logonServer} />
          </td>
          {(
            [
              [inProgress(states), { state: 'inProgress' }],
              [states.waiting, { state: 'waiting' }],
              [notOk(states), { state: 'notOk' }],
              [size, {}],
            ] as const
          ).map(([of, filter]) => (
            <td key={JSON.stringify(filter)} class="num">
              <Count of={of} campaign={campaign} filter={{ server: logonServer, ...filter }} />
            </td>
          ))}
          <td class="end">
            {isHeld(logonServer) ? (
              <Action
                needs="goOn"
                on="seen"
                label={`${texts.servers.release} ${logonServer}`}
                onClick={() => releaseServer(app, status, logonServer)}
              >
                {texts.servers.release}
              </Action>
            ) : isOver ? null : (
              <Action
                needs="stop"
                on="seen"
                label={`${texts.servers.hold} ${logonServer}`}
                onClick={() => holdServer(app, status, logonServer)}
              >
                {texts.servers.hold}
              </Action>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
