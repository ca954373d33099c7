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
          <Empty says={words.none} hint={words.noneHint} command={words.look} />
        ) : (
          <Table
            columns={[
              ...words.columns.map((name, at) => (at === 0 ? name : num(name))),
              { name: words.copy, is: 'hidden' },
            ]}
          >
            {blockers.flatMap(({ inCampaigns, ...all }) => {
              const [only = campaign ?? campaigns[0], ...more] =
                inCampaigns?.map((one) => one.campaign) ?? [];
              if (inCampaigns === undefined || more.length === 0)
                return (
                  <Row key={all.blocker} numbers={all} campaign={only} isShared={campaigns.length > 1} />
                );
              // A sum has no list of its own: below it are the numbers of each campaign.
              return [
                <Row key={all.blocker} numbers={all} />,
                ...inCampaigns.map((one) => (
                  <Row
                    key={`${all.blocker} ${one.campaign}`}
                    numbers={{ ...one, blocker: all.blocker }}
                    campaign={one.campaign}
                    isPart
                  />
                )),
              ];
            })}
          </Table>
        )
      }
    </Loaded>
  );
}

interface RowProps {
  readonly numbers: Omit<Blockers['blockers'][number], 'inCampaigns'>;
  /** Whose clients they are; left out = a sum over several campaigns. */
  readonly campaign?: string | undefined;
  /** Other rows are of other campaigns. */
  readonly isShared?: boolean;
  /** The row is a part of the sum above it. */
  readonly isPart?: boolean;
}

function Row({ numbers, campaign, isShared = false, isPart = false }: RowProps): JSX.Element {
  const { blocker, alone, blocks, met } = numbers;
  return (
    <tr data-row class={isPart ? 'part' : undefined}>
      <th scope="row">
        {campaign === undefined ? (
          blocker
        ) : (
          <Link to={['campaigns', campaign]} query={{ tab: 'clients', blocker }}>
            {isPart ? campaign : blocker}
          </Link>
        )}
        {isShared ? <span class="dim"> {campaign}</span> : null}
      </th>
      {(
        [
          ['alone', alone, 'strong'],
          ['now', blocks, ''],
          ['ever', met, 'dim'],
        ] as const
      ).map(([how, of, look]) => (
        <td key={how} class={`num ${look}`}>
          {campaign === undefined ? (
            number(of)
          ) : (
            <Count of={of} campaign={campaign} filter={{ blocker, blocks: how }} />
          )}
        </td>
      ))}
      <td class="end">
        {isPart ? null : <Copy text={words.ticket(blocker, alone, blocks)} label={words.copy} />}
      </td>
    </tr>
  );
}
