import type { JSX } from 'preact';
import { leftOverWords, notStagedInAll, siteWideWarning } from '../../../views/campaign-words.ts';
import { forecastLines, relocationWords } from '../../../views/forecast-words.ts';
import { number } from '../../../views/numbers.ts';
import type { Plan } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { Icon } from '../parts/icon.tsx';
import { Figure } from '../parts/standing.tsx';
import { num, Table } from '../parts/table.tsx';
import { Says } from '../parts/time.tsx';
import { texts } from '../texts.ts';

const words = texts.plan;

interface PlanProps {
  readonly plan: Plan;
  readonly onCreate: () => void;
}

/** What a campaign file would do: who is in, who is out and why, the waves, and what to look at. */
export function PlanView({ plan, onCreate }: PlanProps): JSX.Element {
  const { fleet, selected, selection, servers, excluded, waves, logonServers, rules, left } = plan;
  const out = excluded.reduce((sum, { clients }) => sum + clients, 0);
  return (
    <div class="stack">
      <div class="figures four">
        <Figure label={words.selected} value={number(selected)} more={words.ofFleet(fleet)} />
        <Figure
          label={words.leftOut}
          value={number(out)}
          more={servers === 0 ? '' : words.servers(servers)}
        />
        <Figure label={words.waves} value={number(waves.length)} />
        <Figure
          label={words.logonServers}
          value={number(logonServers.length)}
          more={`${plan.release} ${plan.releaseStaged ? words.staged : words.unstaged}`}
        />
      </div>
      {selection === null ? null : <p class="dim">{selection}</p>}
      <Warnings plan={plan} />
      <Expected plan={plan} />
      <WaveTable plan={plan} />
      {excluded.length === 0 ? null : (
        <details>
          <summary>{words.out}</summary>
          <ul class="rows">
            {excluded.map(({ reason, clients, names }) => (
              <li key={reason}>
                <span>
                  {reason} <span class="dim">{names.slice(0, 10).join(', ')}</span>
                </span>
                <span class="end">{number(clients)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>{words.rules}</summary>
        <dl class="facts">
          {rules.map(({ rule, says }, at) => (
            <div key={at}>
              <dt>{rule}</dt>
              <dd>
                <Says text={says} />
              </dd>
            </div>
          ))}
        </dl>
      </details>
      <div class="buttons">
        <Action needs="run" tone="primary" disabled={left > 0} onClick={onCreate}>
          {words.create}
        </Action>
      </div>
    </div>
  );
}

/** What its author may have overlooked, the worst first. */
function Warnings({ plan }: { readonly plan: Plan }): JSX.Element | null {
  const { left, siteWide, notStaged, warnings } = plan;
  const all = [
    ...(left === 0 ? [] : [leftOverWords(left)]),
    ...(siteWide ? [siteWideWarning] : []),
    ...(notStaged.length === 0 ? [] : [notStagedInAll(notStaged)]),
    ...warnings,
  ];
  if (all.length === 0) return null;
  return (
    <ul class="checks" aria-label={words.warnings}>
      {all.map((says) => (
        <li key={says} class="warning two">
          <Icon name="warn" />
          <p>
            <Says text={says} />
          </p>
        </li>
      ))}
    </ul>
  );
}

/** What the last looks say about its clients, in the words of the command. */
function Expected({
  plan: { forecast, binds, release, releaseStaged },
}: {
  readonly plan: Plan;
}): JSX.Element | null {
  if (forecast === null) return null;
  const says = binds?.says ?? null;
  return (
    <div class="dim">
      {[
        `${words.expected} ${relocationWords(forecast)}`,
        ...forecastLines(forecast, releaseStaged ? release : null),
      ].map((line) => (
        <p key={line}>
          <Says text={line} />
        </p>
      ))}
      {says === null ? null : (
        <p>
          {words.binds} {says}
        </p>
      )}
    </div>
  );
}

const serversShown = 4;

function WaveTable({ plan: { waves } }: { readonly plan: Plan }): JSX.Element {
  return (
    <Table columns={[words.wave, num(words.clients), words.perServer]}>
      {waves.map(({ wave, clients, logonServers }) => {
        const more = logonServers.length - serversShown;
        return (
          <tr key={wave} data-row>
            <th scope="row">{wave}</th>
            <td class="num">{number(clients)}</td>
            <td class="dim">
              {logonServers
                .toSorted((a, b) => b.clients - a.clients)
                .slice(0, serversShown)
                .map((each) => `${each.logonServer} ${number(each.clients)}`)
                .join(' · ')}
              {more > 0 ? ` · ${words.others(more)}` : ''}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
