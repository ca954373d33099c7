import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { waitWords } from '../../../../shared/domain/rules/wait-words.ts';
import type { ClientRow, Status } from '../answers.ts';
import { type ClientPage, clientsPath, type Filter, filterNames } from '../client-list.ts';
import { FilterBar } from '../parts/filter-bar.tsx';
import { Link } from '../parts/link.tsx';
import { Pages } from '../parts/pages.tsx';
import { Empty, Loaded } from '../parts/screen.tsx';
import { SelectCell, type Selection, useSelection } from '../parts/select-rows.tsx';
import { SelectionBar } from '../parts/selection.tsx';
import { StateBadge } from '../parts/state-bar.tsx';
import { Says, Time } from '../parts/time.tsx';
import { Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.clients;

/** The clients of a campaign, a page at a time; filter and page are in the address. */
export function ClientTable({ status }: { readonly status: Status }): JSX.Element {
  const { router } = useApp();
  const { query } = router.place.value;
  const filter: Filter = Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const after = query.get('after');
  const live = useLive<ClientPage>(clientsPath(status.campaign, filter, after));
  const selection = useSelection();
  // Another filter means other clients.
  const list = JSON.stringify(filter);
  useEffect(selection.clear, [list, selection]);
  return (
    <>
      <FilterBar status={status} filter={filter} />
      <Loaded live={live}>
        {(page) =>
          page.items.length === 0 && page.next === null ? (
            <Empty says={words.none} hint={Object.keys(filter).length === 0 ? undefined : words.noneHint} />
          ) : (
            <>
              {page.items.length === 0 ? (
                <p class="dim quiet-line">{words.noneSoFar}</p>
              ) : (
                <>
                  <SelectionBar
                    campaign={status.campaign}
                    filter={filter}
                    page={page}
                    selection={selection}
                  />
                  <Rows rows={page.items} status={status} selection={selection} />
                </>
              )}
              <Pages
                says={words.shown(page.items.length, page.total, page.totalIs === 'exact')}
                next={page.next}
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}

const causeOf = ({ cause, reason, waitsFor }: ClientRow): string =>
  cause ?? reason ?? (waitsFor === null ? '' : waitWords[waitsFor]);

function Rows({
  rows,
  status,
  selection,
}: {
  readonly rows: readonly ClientRow[];
  readonly status: Status;
  readonly selection: Selection;
}): JSX.Element {
  const names = rows.map(({ client }) => client);
  return (
    <Table columns={[{ name: words.tick, is: 'hidden' }, ...words.columns]} class="clients">
      {rows.map((row) => (
        <tr key={row.client} data-row class={selection.has(row.client) ? 'selected' : undefined}>
          <SelectCell
            selection={selection}
            name={row.client}
            rows={names}
            label={texts.bulk.select(row.client)}
          />
          <th scope="row">
            <Link to={['clients', row.client]} query={{ campaign: status.campaign }} title={row.client}>
              {row.client}
            </Link>
          </th>
          <td>
            <StateBadge state={row.state} end={row.end} />
          </td>
          <td title={row.wave}>{row.wave}</td>
          <td title={row.logonServer}>{row.logonServer}</td>
          <td>{row.since === null ? texts.empty : <Time at={row.since} />}</td>
          <td class="cause" title={causeOf(row)}>
            <Says text={causeOf(row)} />
          </td>
          <td>{row.next === null ? <span class="dim">{texts.empty}</span> : <Time at={row.next} />}</td>
        </tr>
      ))}
    </Table>
  );
}
