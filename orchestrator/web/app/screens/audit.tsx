import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AuditLineAnswer, VerifyAnswer } from '../../../http/schemas/audit.ts';
import { Action } from '../parts/action.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { Says, Time } from '../parts/time.tsx';
import { num, Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.audit;

/** What was done, to whom, by whom and why. */
export function AuditScreen(): JSX.Element {
  const { api, router, note } = useApp();
  const client = router.place.value.query.get('client') ?? '';
  const typed = useSignal(client);
  const verify = async (): Promise<void> => {
    const asked = await api.get<VerifyAnswer>('v1/audit/verify');
    if (!asked.ok) return void (note.value = { ok: false, says: asked.problem.detail });
    const { chains, faults } = asked.value;
    const sum = (pick: (chain: VerifyAnswer['chains'][number]) => number): number =>
      chains.reduce((total, chain) => total + pick(chain), 0);
    note.value =
      faults.length === 0
        ? {
            ok: true,
            says: words.sealed(
              sum(({ blocks }) => blocks),
              sum(({ entries }) => entries),
            ),
          }
        : { ok: false, says: `${words.broken(faults.length)} ${faults[0]?.says ?? ''}` };
    return undefined;
  };
  return (
    <Screen
      title={words.title}
      lead={<p class="dim lead">{words.hint}</p>}
      actions={
        <Action needs="audit" onClick={verify}>
          {words.verify}
        </Action>
      }
    >
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          router.setQuery({ client: typed.value.trim() }, 'push');
        }}
      >
        <input
          data-filter
          aria-label={words.client}
          placeholder={`${words.client} …`}
          spellcheck={false}
          maxLength={253}
          value={typed.value}
          onInput={(event) => void (typed.value = event.currentTarget.value)}
        />
        <button type="submit" class="button plain">
          {words.show}
        </button>
      </form>
      {client === '' ? <Empty says={words.none} /> : <OfClient key={client} client={client} />}
    </Screen>
  );
}

function OfClient({ client }: { readonly client: string }): JSX.Element {
  const live = useLive<{ readonly entries: readonly AuditLineAnswer[] }>(
    `v1/audit/clients/${encodeURIComponent(client)}`,
  );
  return (
    <Loaded live={live} missing={texts.client.notThere(client)}>
      {({ entries }) =>
        entries.length === 0 ? (
          <Empty says={texts.client.noHistory} />
        ) : (
          <Table columns={['Time', 'Step', 'Why', 'Who', 'Campaign', num('Block')]}>
            {entries.toReversed().map((entry) => (
              <tr key={entry.id}>
                <td>
                  <Time at={entry.at} />
                </td>
                <td>
                  <span class="dim">{entry.from} →</span> {entry.to}
                </td>
                <td class="cause">
                  <Says text={entry.because} />
                </td>
                <td>{entry.who}</td>
                <td>
                  <Link to={['campaigns', entry.campaign]}>{entry.campaign}</Link>
                </td>
                <td class="num">{entry.block ?? texts.empty}</td>
              </tr>
            ))}
          </Table>
        )
      }
    </Loaded>
  );
}
