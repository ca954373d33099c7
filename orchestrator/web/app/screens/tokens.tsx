import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { roles } from '../../../http/contract/permissions.ts';
import { ended, showProblem } from '../actions.ts';
import type { NewToken, Sessions, Tokens } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { Copy } from '../parts/copy.tsx';
import { Loaded, Panel } from '../parts/screen.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.access;
const act = { name: words.act, is: 'hidden' } as const;

/** Who may use the API: its tokens and its sessions. Only administrators read them. */
export function AccessPanels(): JSX.Element {
  const { session } = useApp();
  const why = session.whyNot('administer');
  if (why !== null)
    return (
      <Panel title={words.tokens} class="span">
        <p class="dim">{why}</p>
      </Panel>
    );
  return (
    <>
      <TokenPanel />
      <SessionPanel />
    </>
  );
}

function TokenPanel(): JSX.Element {
  const app = useApp();
  const live = useLive<Tokens>('v1/tokens');
  const sessions = useLive<Sessions>('v1/sessions').value.value?.sessions ?? [];
  const revoke = (name: string): void =>
    app.dialogs.ask({
      title: words.revokeTitle(name),
      lines: words.revokes(sessions.filter((each) => each.name === name).length),
      answer: name,
      reason: 'required',
      button: words.revoke.replace('…', ''),
      isDangerous: true,
      run: ({ reason }) =>
        ended(app, app.api.post(`v1/tokens/${encodeURIComponent(name)}/revoke`, { reason }), () =>
          words.revoked(name),
        ),
    });
  return (
    <Panel title={words.tokens} class="span">
      <div class="stack">
        <Loaded live={live}>
          {({ tokens }) =>
            tokens.length === 0 ? null : (
              <Table columns={[...words.tokenColumns, act]}>
                {tokens.map(({ name, role, person, campaigns, sites, expiresAt, hasExpired, usedAt }) => (
                  <tr key={name} data-row>
                    <th scope="row">
                      {name}
                      <span class="dim under">
                        {campaigns.length + sites.length === 0
                          ? ''
                          : words.only([...campaigns, ...sites].join(', '))}
                      </span>
                    </th>
                    <td>{role}</td>
                    <td>{person ?? texts.empty}</td>
                    <td>
                      {expiresAt === null ? (
                        words.never
                      ) : hasExpired ? (
                        words.expired
                      ) : (
                        <Time at={expiresAt} />
                      )}
                    </td>
                    <td>{usedAt === null ? words.never : <Time at={usedAt} />}</td>
                    <td class="end">
                      <Action
                        needs="administer"
                        tone="danger"
                        label={`${words.revoke} ${name}`}
                        onClick={() => revoke(name)}
                      >
                        {words.revoke}
                      </Action>
                    </td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Loaded>
        <NewTokenForm />
      </div>
    </Panel>
  );
}

/** Makes a token, which is shown once and kept nowhere. */
function NewTokenForm(): JSX.Element {
  const app = useApp();
  const given = useSignal({ name: '', role: 'viewer', person: '', expires: '' });
  const made = useSignal<NewToken | null>(null);
  const { name, role, person, expires } = given.value;
  const create = async (): Promise<void> => {
    const asked = await app.api.post<NewToken>('v1/tokens', {
      name: name.trim(),
      role,
      ...(person.trim() === '' ? {} : { person: person.trim() }),
      ...(expires.trim() === '' ? {} : { expires: expires.trim() }),
    });
    if (!asked.ok) return showProblem(app, asked.problem);
    made.value = asked.value;
    given.value = { name: '', role: 'viewer', person: '', expires: '' };
    void app.live.refresh();
  };
  if (made.value !== null)
    return (
      <div class="secret" role="status">
        <p>{words.once(made.value.name)}</p>
        <Copy text={made.value.token} />
        <button type="button" class="button plain" onClick={() => void (made.value = null)}>
          {words.hide}
        </button>
      </div>
    );
  return (
    <form
      class="stage"
      aria-label={words.make}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      {(['name', 'person', 'expires'] as const).map((field) => (
        <label key={field} class="field">
          <span>{words[field]}</span>
          <input
            value={given.value[field]}
            maxLength={100}
            autocomplete="off"
            spellcheck={false}
            placeholder={field === 'expires' ? words.expiresHint : ''}
            onInput={(event) => void (given.value = { ...given.value, [field]: event.currentTarget.value })}
          />
        </label>
      ))}
      <label class="field">
        <span>{words.role}</span>
        <select
          class="choice"
          value={role}
          onChange={(event) => void (given.value = { ...given.value, role: event.currentTarget.value })}
        >
          {roles.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button primary" disabled={name.trim() === ''}>
        {words.create}
      </button>
    </form>
  );
}

function SessionPanel(): JSX.Element {
  const app = useApp();
  const live = useLive<Sessions>('v1/sessions');
  const end = (id: string, name: string): void =>
    app.dialogs.ask({
      title: words.endTitle(name),
      lines: words.ends,
      reason: 'required',
      button: words.end.replace('…', ''),
      run: ({ reason }) =>
        ended(app, app.api.post(`v1/sessions/${encodeURIComponent(id)}/end`, { reason }), () => words.ended),
    });
  return (
    <Panel title={words.sessions} class="span">
      <Loaded live={live}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <p class="dim">{words.noSessions}</p>
          ) : (
            <Table columns={[...words.sessionColumns, act]}>
              {sessions.map(({ id, name, person, role, from, startedAt, usedAt }) => (
                <tr key={id} data-row>
                  <th scope="row">
                    {name} <span class="dim">{person}</span>
                  </th>
                  <td>{role}</td>
                  <td>{from}</td>
                  <td>
                    <Time at={startedAt} />
                  </td>
                  <td>
                    <Time at={usedAt} />
                  </td>
                  <td class="end">
                    <Action needs="administer" label={`${words.end} ${name}`} onClick={() => end(id, name)}>
                      {words.end}
                    </Action>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Panel>
  );
}
