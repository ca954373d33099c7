import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import type { Blockers } from '../answers.ts';
import { Copy } from '../parts/copy.tsx';
import { Count } from '../parts/count.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.blockers;

export function BlockersScreen(): JSX.Element {
  const { router } = useApp();
  const asked = router.place.value.query.get('campaign');
  const inAll = useLive<Blockers>('v1/blockers').value.value?.campaigns ?? [];
  return (
    <Screen title={words.title} lead={<p class="dim lead">{words.hint}</p>}>
      {inAll.length < 2 ? null : (
        <nav class="tabs" aria-label={texts.nav.campaigns}>
          <Link to={['blockers']} current={asked === null}>
            {words.everyCampaign}
          </Link>
          {inAll.map((campaign) => (
            <Link key={campaign} to={['blockers']} query={{ campaign }} current={asked === campaign}>
              {campaign}
            </Link>
          ))}
        </nav>
      )}
      <BlockerTable campaign={asked} />
    </Screen>
  );
}

/** What stands in the way, ranked; null = in every campaign. */
export function BlockerTable({ campaign }: { readonly campaign: string | null }): JSX.Element {
  const live = useLive<Blockers>(
    campaign === null ? 'v1/blockers' : `v1/blockers?campaign=${encodeURIComponent(campaign)}`,
  );
  return (
    <Loaded live={live}>
      {({ blockers, campaigns }) =>
        blockers.length === 0 ? (
          <Empty says={words.none} hint={words.noneHint} />
        ) : (
          <Table
            columns={[
              ...words.columns.map((name, at) => (at === 0 ? name : num(name))),
              { name: words.copy, is: 'hidden' },
            ]}
          >
            {blockers.map(({ blocker, alone, blocks, met }) => {
              const counts = { alone, now: blocks, ever: met };
              const only = campaign ?? (campaigns.length === 1 ? campaigns[0] : undefined);
              return (
                <tr key={blocker} data-row>
                  <th scope="row">
                    {only === undefined ? (
                      blocker
                    ) : (
                      <Link to={['campaigns', only]} query={{ tab: 'clients', blocker }}>
                        {blocker}
                      </Link>
                    )}
                  </th>
                  {(['alone', 'now', 'ever'] as const).map((how) => (
                    <td key={how} class={`num ${how === 'alone' ? 'strong' : how === 'ever' ? 'dim' : ''}`}>
                      {only === undefined ? (
                        number(counts[how])
                      ) : (
                        <Count of={counts[how]} campaign={only} filter={{ blocker, blocks: how }} />
                      )}
                    </td>
                  ))}
                  <td class="end">
                    <Copy text={words.ticket(blocker, alone, blocks)} label={words.copy} />
                  </td>
                </tr>
              );
            })}
          </Table>
        )
      }
    </Loaded>
  );
}
