import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { VerifyAnswer } from '../../../http/schemas/audit.ts';
import { stateWord } from '../../../views/state-words.ts';
import type { AuditPage } from '../answers.ts';
import { shortWho } from '../format.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Action } from './action.tsx';
import { Copy } from './copy.tsx';
import { Download } from './download.tsx';
import { Facts } from './facts.tsx';
import { Link } from './link.tsx';
import { Pages } from './pages.tsx';
import { Empty, Loaded, Panel } from './screen.tsx';
import { Table } from './table.tsx';
import { Says, Time } from './time.tsx';

const words = texts.audit;

const filterNames = ['campaign', 'client', 'who'] as const;
type Filter = Readonly<Partial<Record<(typeof filterNames)[number], string>>>;

/** What was done, the newest first, a page at a time; filter and page are in the address. */
export function AuditList({ campaign }: { readonly campaign?: string }): JSX.Element {
  const { router } = useApp();
  const { query } = router.place.value;
  const asked = filterNames.filter((name) => campaign === undefined || name !== 'campaign');
  const filter: Filter = {
    ...(campaign === undefined ? {} : { campaign }),
    ...Object.fromEntries(asked.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : []))),
  };
  const after = query.get('after');
  const sent = new URLSearchParams({
    ...(filter as Record<string, string>),
    ...(after === null ? {} : { after }),
  });
  const live = useLive<AuditPage>(`v1/audit?${sent.toString()}`);
  return (
    <>
      <AuditFilters names={asked} filter={filter} />
      <Loaded live={live}>
        {(page) => (
          <>
            {page.items.length === 0 ? (
              <Empty says={words.noneFound} />
            ) : (
              <Entries page={page} campaign={campaign} />
            )}
            <Pages says={words.pageSays} next={page.next} first={words.newest} more={words.older} />
          </>
        )}
      </Loaded>
    </>
  );
}

function AuditFilters({
  names,
  filter,
}: {
  readonly names: readonly (typeof filterNames)[number][];
  readonly filter: Filter;
}): JSX.Element {
  const { router } = useApp();
  const typed = useSignal<Filter>(filter);
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const given = names.map((name) => [name, typed.value[name]?.trim() ?? null]);
        router.setQuery({ ...Object.fromEntries(given), after: null }, 'push');
      }}
    >
      {names.map((name) => (
        <input
          key={name}
          data-filter
          aria-label={words.filters[name]}
          placeholder={`${words.filters[name]} …`}
          spellcheck={false}
          maxLength={200}
          value={typed.value[name] ?? ''}
          onInput={(event) => void (typed.value = { ...typed.value, [name]: event.currentTarget.value })}
        />
      ))}
      <button type="submit" class="button plain">
        {words.show}
      </button>
    </form>
  );
}

const Entries = ({
  page,
  campaign,
}: {
  readonly page: AuditPage;
  readonly campaign: string | undefined;
}): JSX.Element => (
  <Table columns={campaign === undefined ? words.columns : words.columns.slice(0, -1)} class="clients">
    {page.items.map((entry) => (
      <tr key={`${entry.id} ${entry.shard}`} data-row>
        <td>
          <Time at={entry.at} />
        </td>
        <th scope="row">
          {entry.client === null ? (
            <span class="dim">{entry.campaign === '' ? texts.empty : words.whole}</span>
          ) : (
            <Link to={['clients', entry.client]} query={{ campaign: entry.campaign }} title={entry.client}>
              {entry.client}
            </Link>
          )}
        </th>
        <td>
          {entry.from === '' ? null : <span class="dim">{stateWord(entry.from)} → </span>}
          {stateWord(entry.to)}
        </td>
        <td class="cause" title={entry.because}>
          <Says text={entry.because} />
        </td>
        <td title={entry.who}>{shortWho(entry.who)}</td>
        {campaign === undefined ? (
          <td>
            {entry.campaign === '' ? null : <Link to={['campaigns', entry.campaign]}>{entry.campaign}</Link>}
          </td>
        ) : null}
      </tr>
    ))}
  </Table>
);

/** The seal of the audit: its newest heads once it was verified, the command, and the export. */
export function Seal({ campaign }: { readonly campaign?: string }): JSX.Element {
  const { api, session } = useApp();
  const found = useSignal<VerifyAnswer | null>(null);
  const refused = useSignal('');
  const verify = async (): Promise<void> => {
    const asked = await api.get<VerifyAnswer>('v1/audit/verify');
    refused.value = asked.ok ? '' : asked.problem.detail;
    found.value = asked.ok ? asked.value : null;
  };
  const of = campaign === undefined ? '' : `&campaign=${encodeURIComponent(campaign)}`;
  const file = `${campaign ?? 'servpack'}-audit`;
  return (
    <Panel title={words.seal} hint={words.hint} class="seal">
      <div class="downloads">
        <Action needs="audit" onClick={verify}>
          {words.verify}
        </Action>
        {session.whyNot('audit', campaign === undefined ? 'all' : 'campaign') !== null ? null : (
          <>
            <Download
              path={`v1/audit/export?format=jsonl${of}`}
              file={`${file}.jsonl`}
              label={words.exportLines}
            />
            <Download path={`v1/audit/export?format=csv${of}`} file={`${file}.csv`} label={words.exportCsv} />
          </>
        )}
        <Copy text="servpack audit verify" />
      </div>
      <p class="refused" role="alert">
        {refused.value}
      </p>
      <div role="status">{found.value === null ? null : <Heads answer={found.value} />}</div>
    </Panel>
  );
}

function Heads({ answer: { chains, faults } }: { readonly answer: VerifyAnswer }): JSX.Element {
  const sum = (pick: (chain: VerifyAnswer['chains'][number]) => number): number =>
    chains.reduce((total, chain) => total + pick(chain), 0);
  return (
    <>
      <p class={faults.length === 0 ? 'good-words' : 'bad-words'}>
        {faults.length === 0
          ? words.sealed(
              sum(({ blocks }) => blocks),
              sum(({ entries }) => entries),
            )
          : `${words.broken(faults.length)} ${faults[0]?.says ?? ''}`}
      </p>
      <Facts
        of={chains.map(({ shard, last }) =>
          last === null ? null : [words.head(shard, last.block), <code class="hash whole">{last.head}</code>],
        )}
      />
    </>
  );
}
