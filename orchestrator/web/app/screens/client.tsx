import type { JSX } from 'preact';
import { actOnClient, lookNow, saveProof } from '../actions.ts';
import type { Campaigns, Client, Why } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { Copy } from '../parts/copy.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Panel, Screen } from '../parts/screen.tsx';
import { StateBadge } from '../parts/state-bar.tsx';
import { Says, Time } from '../parts/time.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { clockTime } from '../format.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.client;

/** One machine: why it stands where it stands, what comes, and everything that was done to it. */
export function ClientScreen({ name }: { readonly name: string }): JSX.Element {
  const { router } = useApp();
  const campaign = router.place.value.query.get('campaign');
  const path = `v1/clients/${encodeURIComponent(name)}`;
  const live = useLive<Client>(`${path}?entries=200`);
  const why = useLive<Why>(
    `${path}/why?evidence=true${campaign === null ? '' : `&campaign=${encodeURIComponent(campaign)}`}`,
  );
  const found = live.value.value;
  const reason = why.value.value;
  return (
    <Screen
      title={name}
      lead={found === null ? null : <Machine client={found.client} />}
      actions={reason === null ? undefined : <Buttons why={reason} />}
    >
      <Loaded live={live} missing={words.notThere(name)}>
        {(client) => (
          <>
            {reason === null ? (
              why.problem.value?.status === 404 ? (
                <Empty says={words.none} />
              ) : null
            ) : (
              <Reason why={reason} />
            )}
            <div class="columns">
              <Panel title={words.history} class="span">
                <Timeline entries={client.audit} why={reason} zone={client.client.zone} />
              </Panel>
              {reason === null ? null : <Evidence why={reason} />}
              {client.part === null ? null : (
                <Panel title={words.record} hint={words.recordHint}>
                  <details class="as-table">
                    <summary>{words.showRecord}</summary>
                    <Json name={words.record} text={JSON.stringify(client.part.record)} />
                  </details>
                </Panel>
              )}
              {reason === null || reason.others.length === 0 ? null : (
                <Panel title={words.others}>
                  <ul class="rows">
                    {reason.others.map((each) => (
                      <li key={each.campaign} data-row>
                        <Link to={['clients', name]} query={{ campaign: each.campaign }}>
                          {each.campaign}
                        </Link>
                        <span class="dim">{each.status}</span>
                      </li>
                    ))}
                  </ul>
                </Panel>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Screen>
  );
}

/** The client's own clock shows the time of the orchestrator, which may be that of a lab. */
function Machine({ client }: { readonly client: Client['client'] }): JSX.Element {
  const at = useLive<Campaigns>('v1/campaigns').value.value?.campaigns[0]?.at;
  const now = at === undefined ? Date.now() : Date.parse(at);
  return (
    <p class="lead">
      <span>{client.host}</span>
      <span>{client.logonServer}</span>
      <span title={client.zone}>
        {client.zone} {clockTime(now, client.zone).slice(0, 5)}
      </span>
      <span>{client.role}</span>
      {client.labels.map((label) => (
        <span key={label} class="tag">
          {label}
        </span>
      ))}
    </p>
  );
}

function Buttons({ why: { client, campaign, end, state } }: { readonly why: Why }): JSX.Element {
  const app = useApp();
  const about = { client, campaign };
  return (
    <>
      {end === null && state !== 'waiting' ? (
        <Action needs="run" on="seen" onClick={() => lookNow(app, client)}>
          {texts.actions.look}
        </Action>
      ) : null}
      {end === null ? (
        <Action needs="run" on="seen" onClick={() => actOnClient(app, 'skip', about)}>
          {texts.actions.skip}
        </Action>
      ) : (
        <Action needs="run" on="seen" onClick={() => actOnClient(app, 'retry', about)}>
          {texts.actions.retry}
        </Action>
      )}
      <Action needs="audit" onClick={() => saveProof(app, client)}>
        {words.proof}
      </Action>
      {end === null ? null : (
        <Action needs="change" on="seen" onClick={() => actOnClient(app, 'undo', about)}>
          {texts.actions.undo}
        </Action>
      )}
    </>
  );
}

/** The answer to "why": the state, its reason, what comes by itself, and what a person can do. */
function Reason({ why }: { readonly why: Why }): JSX.Element {
  return (
    <section class={`reason ${why.end === null ? '' : why.end}`} aria-label={words.why}>
      <p class="reason-head">
        <StateBadge state={why.state} end={why.end} />
        <span class="dim">
          in <Link to={['campaigns', why.campaign]}>{why.campaign}</Link>
          {why.since === null ? null : (
            <>
              {' '}
              since <Time at={why.since.at} /> ({why.since.inWords})
            </>
          )}
        </span>
      </p>
      <p class="reason-because">
        <Says text={why.because} />
      </p>
      <Facts
        of={[
          why.blockers.length === 0
            ? null
            : [words.blockers, why.blockers.map((each) => <p key={each}>{each}</p>)],
          [words.next, <Next why={why} />],
          why.otherwise === null ? null : [words.otherwise, <Says text={why.otherwise} />],
          ...why.remarks.map((remark): Fact => [
            '',
            <span class="dim">
              <Says text={remark} />
            </span>,
          ]),
          why.actions.length === 0
            ? null
            : [words.commands, why.actions.map((command) => <Copy key={command} text={command} />)],
        ]}
      />
    </section>
  );
}

/** What comes by itself, and when. */
function Next({ why: { next } }: { readonly why: Why }): JSX.Element {
  if (next === null) return <>{words.never}</>;
  return (
    <>
      <Says text={next.action} />
      {' · '}
      {next.when === null ? (
        words.asSoon
      ) : (
        <>
          <Time at={next.when.at} /> ({next.when.inWords})
        </>
      )}
    </>
  );
}

function Evidence({ why }: { readonly why: Why }): JSX.Element {
  return (
    <Panel
      title={words.evidence}
      hint={why.evidence === null ? undefined : <code class="hash">{why.evidence.slice(0, 12)}…</code>}
    >
      {why.evidenceText === null ? (
        <p class="dim quiet-line">{words.noEvidence}</p>
      ) : (
        <Json name={words.evidence} text={why.evidenceText} />
      )}
    </Panel>
  );
}

const Json = ({ name, text }: { readonly name: string; readonly text: string }): JSX.Element => (
  // It scrolls, so the keys must reach it.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre class="evidence" tabIndex={0} aria-label={name}>
    {pretty(text)}
  </pre>
);

/** What is JSON on one line is read indented, and a file within it line by line. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replaceAll(/(?:\\r)?\\n/g, '\n    ');
  } catch {
    return text;
  }
}
