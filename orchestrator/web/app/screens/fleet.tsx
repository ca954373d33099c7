import type { JSX } from 'preact';
import type { Doctor, Fleet } from '../answers.ts';
import { removeClients } from '../fleet-actions.ts';
import { Action } from '../parts/action.tsx';
import { Checks } from '../parts/checks.tsx';
import { Chip, Choice, TextFilter } from '../parts/filter-bar.tsx';
import { Link } from '../parts/link.tsx';
import { Pages } from '../parts/pages.tsx';
import { Empty, Loaded, Panel, Screen } from '../parts/screen.tsx';
import { SelectCell, type Selection, useSelection } from '../parts/select-rows.tsx';
import { Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { seldomMs, useApp, useLive } from '../use.ts';

const words = texts.fleet;

const filterNames = ['prefix', 'logonServer', 'label'] as const;
const labels = { prefix: words.prefix, logonServer: words.server, label: words.label } as const;

/** The machines that servpack knows, a page at a time; filter and page are in the address. */
export function FleetScreen(): JSX.Element {
  const { router } = useApp();
  const { query } = router.place.value;
  const asked = new URLSearchParams(
    [...filterNames, 'after'].flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const live = useLive<Fleet>(`v1/fleet?${asked.toString()}`, seldomMs);
  const selection = useSelection();
  const fleet = live.value.value;
  return (
    <Screen
      title={words.title}
      lead={
        fleet === null || fleet.total === 0 ? null : (
          <p class="lead">{words.lead(fleet.total, fleet.servers, fleet.logonServers.length)}</p>
        )
      }
      actions={<Buttons selection={selection} />}
    >
      <Loaded live={live}>
        {(found) =>
          found.total === 0 ? (
            <Empty says={words.none} hint={words.noneHint} />
          ) : (
            <>
              <Filters fleet={found} asked={asked} />
              {found.clients.length === 0 && found.next === null ? (
                <Empty says={words.noMatch} hint={texts.clients.noneHint} />
              ) : (
                <>
                  <Rows fleet={found} selection={selection} />
                  <Pages
                    says={texts.clients.shown(found.clients.length, found.found, found.foundIs === 'exact')}
                    next={found.next}
                  />
                </>
              )}
            </>
          )
        }
      </Loaded>
      <FleetChecks />
    </Screen>
  );
}

function Buttons({ selection }: { readonly selection: Selection }): JSX.Element {
  const app = useApp();
  const names = selection.names();
  return (
    <>
      {names.length === 0 ? null : (
        <button type="button" class="button quiet" onClick={selection.clear}>
          {words.clear}
        </button>
      )}
      <Action
        needs="supply"
        tone="danger"
        disabled={names.length === 0}
        onClick={() => removeClients(app, names, selection.clear)}
      >
        {words.remove(names.length)}
      </Action>
      <Action
        needs="supply"
        tone="primary"
        onClick={() => app.router.go(app.router.href(['fleet', 'import']))}
      >
        {words.import}
      </Action>
    </>
  );
}

function Filters({ fleet, asked }: { readonly fleet: Fleet; readonly asked: URLSearchParams }): JSX.Element {
  const { router } = useApp();
  const set = (name: string, value: string | null): void =>
    router.setQuery({ [name]: value, after: null }, 'push');
  const isFree = (name: string): boolean => asked.get(name) === null;
  return (
    <div class="filters">
      {filterNames.map((name) => {
        const value = asked.get(name);
        return value === null ? null : (
          <Chip key={name} label={labels[name]} value={value} onRemove={() => set(name, null)} />
        );
      })}
      {isFree('logonServer') && fleet.logonServers.length <= 200 ? (
        <Choice
          label={words.server}
          values={fleet.logonServers.map(({ logonServer, clients }) => [
            logonServer,
            `${logonServer} (${clients})`,
          ])}
          onChoose={(value) => set('logonServer', value)}
        />
      ) : null}
      {(['prefix', 'label'] as const).filter(isFree).map((name) => (
        <TextFilter key={name} label={labels[name]} onEnter={(value) => set(name, value)} />
      ))}
    </div>
  );
}

function Rows({ fleet, selection }: { readonly fleet: Fleet; readonly selection: Selection }): JSX.Element {
  const names = fleet.clients.map(({ client }) => client);
  return (
    <Table
      columns={[{ name: words.select, is: 'hidden' }, words.client, ...words.columns]}
      class="clients fleet"
    >
      {fleet.clients.map(({ client, host, logonServer, zone, role, labels: own }) => (
        <tr key={client} data-row class={selection.has(client) ? 'selected' : undefined}>
          <SelectCell selection={selection} name={client} rows={names} label={texts.bulk.select(client)} />
          <th scope="row">
            <Link to={['clients', client]} title={client}>
              {client}
            </Link>
          </th>
          <td title={host}>{host}</td>
          <td title={logonServer}>{logonServer}</td>
          <td class="dim">{zone}</td>
          <td>{role}</td>
          <td title={own.join(' ')}>
            {own.map((label) => (
              <span key={label} class="tag">
                {label}
              </span>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What the doctor says of the machines, and of the workers that reach them. */
function FleetChecks(): JSX.Element {
  const live = useLive<Doctor>('v1/doctor', seldomMs);
  return (
    <Panel title={words.checks} class="below">
      <Loaded live={live}>
        {({ checks }) => {
          const own = checks.filter(({ area }) => area === 'clients' || area === 'workers');
          return own.length === 0 ? <p class="dim">{words.noChecks}</p> : <Checks checks={own} />;
        }}
      </Loaded>
    </Panel>
  );
}
