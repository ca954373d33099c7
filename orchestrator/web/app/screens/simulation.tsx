import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { notOk } from '../../../../shared/domain/outcome/states.ts';
import { spanInWords } from '../../../views/duration-text.ts';
import { number } from '../../../views/numbers.ts';
import type { Simulation } from '../answers.ts';
import type { Draft } from '../drafts.ts';
import { Action } from '../parts/action.tsx';
import { Faults } from '../parts/faults.tsx';
import { Panel } from '../parts/screen.tsx';
import { Spark } from '../parts/spark.tsx';
import { Figure } from '../parts/standing.tsx';
import { num, Table } from '../parts/table.tsx';
import { Says, Time } from '../parts/time.tsx';
import { simulateFile } from '../plan-actions.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { useChecked } from '../use-checked.ts';

const words = texts.simulation;

const budgetNames = ['active', 'perLogonServer'] as const;

/** Runs a campaign file on virtual time; its budgets can be tried out, and are in the address. */
export function SimulationPanel({ draft }: { readonly draft: Draft }): JSX.Element {
  const app = useApp();
  const { query } = app.router.place.value;
  const numberIn = (name: string): number | undefined => Number(query.get(name)) || undefined;
  const active = numberIn('active');
  const perLogonServer = numberIn('perLogonServer');
  const { answer, isBusy, isStale, ask } = useChecked<Simulation>(draft, active, perLogonServer);
  const run = (): Promise<void> =>
    ask(() =>
      simulateFile(app, draft, {
        ...(active === undefined ? {} : { active }),
        ...(perLogonServer === undefined ? {} : { perLogonServer }),
      }),
    );
  const use = (text: string): void => {
    app.drafts.campaign.value = { ...draft, text };
    app.router.setQuery({ active: null, perLogonServer: null });
    app.note.value = { ok: true, says: words.used };
  };
  const found = answer?.ok === true ? answer.value : null;
  return (
    <Panel title={words.title} hint={words.hint} class="span">
      <div class="tried">
        {found === null
          ? null
          : budgetNames.map((name) => (
              <Slider
                key={name}
                name={name}
                value={numberIn(name) ?? found.budgets[name]}
                most={Math.max(50, 3 * found.budgets[name])}
              />
            ))}
        <div class="buttons">
          {found !== null && !isStale && found.text !== draft.text ? (
            <button type="button" class="button plain" onClick={() => use(found.text)}>
              {words.use}
            </button>
          ) : null}
          <Action needs="run" tone="primary" disabled={draft.text.trim() === '' || isBusy} onClick={run}>
            {isBusy ? words.running : words.run}
          </Action>
        </div>
      </div>
      {answer === null ? (
        <p class="dim">{words.waits}</p>
      ) : answer.ok ? (
        <div class={isStale ? 'stack outdated' : 'stack'}>
          {isStale ? <p role="status">{words.stale}</p> : null}
          <Result simulation={answer.value} />
        </div>
      ) : (
        <Faults problem={answer.problem} />
      )}
    </Panel>
  );
}

interface SliderProps {
  readonly name: (typeof budgetNames)[number];
  readonly value: number;
  readonly most: number;
}

/** A budget to try out. It moves freely, and counts when it is let go. */
function Slider({ name, value, most }: SliderProps): JSX.Element {
  const { router } = useApp();
  const moved = useSignal<number | null>(null);
  const shown = moved.value ?? value;
  return (
    <label class="field">
      <span>
        {words[name]}: <b>{number(shown)}</b>
      </span>
      <input
        type="range"
        min={1}
        max={Math.max(most, value)}
        value={shown}
        onInput={(event) => void (moved.value = Number(event.currentTarget.value))}
        onChange={(event) => {
          moved.value = null;
          router.setQuery({ [name]: event.currentTarget.value });
        }}
      />
    </label>
  );
}

/** When it would end, its waves, the load of its logon servers, and what would make it faster. */
function Result({ simulation }: { readonly simulation: Simulation }): JSX.Element {
  const { end, endsAt, because, tookMs, waves, logonServers, faster, tried, blockers, assumptions } =
    simulation;
  const sum = (pick: (wave: Simulation['waves'][number]) => number): number =>
    waves.reduce((total, wave) => total + pick(wave), 0);
  return (
    <>
      <div class="figures">
        <Figure
          label={words.ends}
          value={tookMs === null ? words.never : spanInWords(tookMs)}
          tone={tookMs === null ? 'bad' : undefined}
        />
        <Figure
          label={words.upgraded}
          value={number(sum(({ ends }) => ends.upgraded + ends.alreadyCurrent))}
        />
        <Figure label={words.notOk} value={number(sum(({ ends }) => notOk(ends)))} />
        <div class="figure">
          <span class="figure-label">{words.half}</span>
          <span class="figure-value small">{end.p50 === null ? texts.empty : <Time at={end.p50} />}</span>
          {end.p50 === null ? null : (
            <span class="dim">
              {words.most} {end.p90 === null ? (end.noP90 ?? words.never) : <Time at={end.p90} />}
            </span>
          )}
        </div>
      </div>
      <p class="dim">
        <Says text={assumptions.slice(0, 2).join('; ')} />
      </p>
      {because === null ? null : (
        <p>
          <Says text={because} />
        </p>
      )}
      <Table columns={[words.columns[0], num(words.columns[1]), ...words.columns.slice(2)]}>
        {waves.map(({ wave, size, opensAt, p50, p90, finished }) => (
          <tr key={wave} data-row>
            <th scope="row">{wave}</th>
            <td class="num">{number(size)}</td>
            {[opensAt, p50, p90].map((at, column) => (
              <td key={column}>{at === null ? texts.empty : <Time at={at} />}</td>
            ))}
            <td>
              <Spark values={finished} label={words.finished} />
            </td>
          </tr>
        ))}
      </Table>
      <div class="columns">
        <section>
          <h2>{words.faster}</h2>
          {faster.length === 0 ? (
            <p class="dim">
              {endsAt === null || tried.length === 0 ? texts.empty : words.noFaster(tried.join('; '))}
            </p>
          ) : (
            <ol class="rows ranked">
              {faster.map(({ limit, says }) => (
                <li key={limit}>{says}</li>
              ))}
            </ol>
          )}
          {blockers.length === 0 ? null : (
            <>
              <h2 class="below">{words.blockers}</h2>
              <ul class="rows">
                {blockers.slice(0, 5).map(({ blocker, met }) => (
                  <li key={blocker}>
                    <span>{blocker}</span>
                    <span class="end dim">{words.blocks(met)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        <Table columns={[words.load[0], num(words.load[1]), words.load[2]]}>
          {logonServers.map(({ logonServer, clients, finished }) => (
            <tr key={logonServer}>
              <th scope="row">{logonServer}</th>
              <td class="num">{number(clients)}</td>
              <td>
                <Spark values={finished} label={words.finished} />
              </td>
            </tr>
          ))}
        </Table>
      </div>
      <details>
        <summary>{words.assumed}</summary>
        <ul class="plain-list">
          {assumptions.slice(2).map((each) => (
            <li key={each} class="dim">
              <Says text={each} />
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
