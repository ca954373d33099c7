import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import type { Blockers } from '../answers.ts';
import { Copy } from '../parts/copy.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useLive } from '../use.ts';

const words = texts.blockers;

export const BlockersScreen = (): JSX.Element => (
  <Screen title={words.title} lead={<p class="dim lead">{words.hint}</p>}>
    <BlockerTable campaign={null} />
  </Screen>
);

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
            {blockers.map(({ blocker, alone, blocks, met }) => (
              <tr key={blocker} data-row>
                <th scope="row">
                  <BlockerName blocker={blocker} campaign={campaign ?? campaigns[0] ?? null} />
                </th>
                <td class="num strong">{number(alone)}</td>
                <td class="num">{number(blocks)}</td>
                <td class="num dim">{number(met)}</td>
                <td class="end">
                  <Copy text={words.ticket(blocker, alone, blocks)} label={words.copy} />
                </td>
              </tr>
            ))}
          </Table>
        )
      }
    </Loaded>
  );
}

/** The program itself, as the reasons of its clients name it: `pcmsvc32.exe`. */
const programIn = (blocker: string): string =>
  /\(([^()]+)\)/.exec(blocker)?.[1] ?? blocker.split(' ').at(-1) ?? blocker;

const BlockerName = ({
  blocker,
  campaign,
}: {
  readonly blocker: string;
  readonly campaign: string | null;
}): JSX.Element =>
  campaign === null ? (
    <>{blocker}</>
  ) : (
    <Link to={['campaigns', campaign]} query={{ tab: 'clients', cause: programIn(blocker) }}>
      {blocker}
    </Link>
  );
