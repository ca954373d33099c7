import type { JSX } from 'preact';
import { type PlannedData, plannedChart, plannedTable } from '../../../charts/planned.ts';
import { spanInWords } from '../../../views/duration-text.ts';
import { laterInWords } from '../../../views/later-words.ts';
import { campaignPath } from '../actions.ts';
import type { EndForecast, Planned, Status } from '../answers.ts';
import { nameOfZone } from '../format.ts';
import { Drawing } from '../parts/drawing.tsx';
import { Progress } from '../parts/progress.tsx';
import { Drawn } from '../parts/report-blocks.tsx';
import { Loaded, Panel } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { Says, Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.campaign.plan;

/** The leader makes forecasts in minutes. */
const everyMs = 60_000;

/** What was planned against what came, how earlier forecasts held, and what holds it up. */
export function CampaignPlan({ status }: { readonly status: Status }): JSX.Element {
  const planned = useLive<Planned>(campaignPath(status.campaign, '/planned'));
  const { startedAt } = status;
  return (
    <>
      <Loaded live={planned}>{(plan) => <Against plan={plan} status={status} />}</Loaded>
      <div class="columns">
        {startedAt === null ? null : (
          <Progress status={{ ...status, startedAt }} planned={planned.value.value} />
        )}
        {status.status === 'running' || status.status === 'paused' ? <Forecasts status={status} /> : null}
      </div>
    </>
  );
}

function Against({ plan, status }: { readonly plan: Planned; readonly status: Status }): JSX.Element {
  const { ends, laterMs, causes, assumptions, besides, because, replicates, comparedAt } = plan;
  if (ends === null)
    return (
      <p class="dim quiet-line">
        {words.none} {because ?? ''}.
      </p>
    );
  return (
    <div class="stack">
      <div class="block figures wide">
        <PlanFigure name={words.plannedEnd} at={ends.p50} more={words.by(replicates)} />
        <PlanFigure name={words.plannedLate} at={ends.p90} more={words.nine} />
        <PlanFigure
          name={words.actualEnd}
          at={ends.actual}
          more={laterMs === null ? (because ?? words.notYet) : laterInWords(laterMs)}
        />
      </div>
      <Panel
        title={words.waves}
        hint={
          comparedAt === null ? undefined : (
            <>
              {words.asOf} <Time at={comparedAt} now={status.at} />
            </>
          )
        }
      >
        <WaveChart plan={plan} status={status} />
      </Panel>
      <div class="columns">
        {causes.length === 0 ? null : (
          <Panel title={words.causes}>
            <Table columns={[words.cause, num(words.planned), num(words.came), num(words.more)]}>
              {causes.map(({ cause, plannedMs, actualMs, moreMs }) => (
                <tr key={cause}>
                  <th scope="row">{cause}</th>
                  <td class="num">{spanInWords(plannedMs)}</td>
                  <td class="num">{spanInWords(actualMs)}</td>
                  <td class="num">
                    {moreMs > 0 ? '+' : '−'} {spanInWords(Math.abs(moreMs))}
                  </td>
                </tr>
              ))}
            </Table>
          </Panel>
        )}
        {assumptions.length + besides.length === 0 ? null : (
          <Panel title={words.assumed}>
            <ul class="rows">
              {[...assumptions, ...besides].map((each) => (
                <li key={each}>
                  <Says text={each} />
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </div>
  );
}

const PlanFigure = (given: {
  readonly name: string;
  readonly at: string | null;
  readonly more: string;
}): JSX.Element => (
  <div class="figure">
    <span class="figure-label">{given.name}</span>
    <span class="figure-value small">{given.at === null ? texts.empty : <Time at={given.at} />}</span>
    <span class="dim">{given.more}</span>
  </div>
);

function WaveChart({ plan, status }: { readonly plan: Planned; readonly status: Status }): JSX.Element {
  const { prefs } = useApp();
  const data = drawnOf(plan, status, nameOfZone(prefs.zone.value));
  return (
    <>
      <Drawing name="planned" draw={(at) => plannedChart(at, data)} class="short" />
      <details class="as-table">
        <summary>{texts.campaign.table}</summary>
        <Drawn of={plannedTable(data)} />
      </details>
    </>
  );
}

const drawnOf = ({ waves }: Planned, { endedAt, at }: Status, zone: string): PlannedData => {
  const known = (text: string | null): number | null => (text === null ? null : Date.parse(text));
  return {
    zone,
    until: Date.parse(endedAt ?? at),
    rows: waves.map(({ wave, opens, ends }) => ({
      name: wave,
      planned: { opens: known(opens.planned), p50: known(ends.p50), p90: known(ends.p90) },
      actual: { opens: known(opens.actual), ends: known(ends.actual) },
    })),
  };
};

/** How the forecasts on the way have held, and the limits that would end it sooner. */
function Forecasts({ status: { campaign, at } }: { readonly status: Status }): JSX.Element {
  const live = useLive<EndForecast>(campaignPath(campaign, '/end-forecast?kept=true'), everyMs);
  const madeAt = live.value.value?.madeAt;
  return (
    <div class="stack">
      <Panel
        title={words.binds}
        hint={
          madeAt === undefined ? undefined : (
            <>
              {words.forecastOf} <Time at={madeAt} now={at} />
            </>
          )
        }
      >
        <Loaded live={live}>
          {({ binds, because }) =>
            binds === undefined || binds.limits.length === 0 ? (
              <p class="dim quiet-line">
                <Says text={binds?.says ?? binds?.because ?? because ?? words.nothingBinds} />
              </p>
            ) : (
              <ul class="rows ranked">
                {binds.limits.map(({ limit, says }) => (
                  <li key={limit} data-row>
                    <span>
                      <Says text={says} />
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <Panel title={words.earlier}>
        <Loaded live={live}>
          {({ earlier, inAll }) =>
            earlier.length === 0 ? (
              <p class="dim quiet-line">{words.noEarlier}</p>
            ) : (
              <>
                {inAll === undefined ? null : <p>{inAll.says}</p>}
                <Table columns={[words.madeAt, num(texts.campaign.finishedWord), words.p90, words.held]}>
                  {earlier.slice(-12).map(({ madeAt, finishedPercent, p90, says }) => (
                    <tr key={madeAt}>
                      <th scope="row">
                        <Time at={madeAt} />
                      </th>
                      <td class="num">{Math.round(finishedPercent)} %</td>
                      <td>
                        <Time at={p90} />
                      </td>
                      <td>
                        <Says text={says} />
                      </td>
                    </tr>
                  ))}
                </Table>
              </>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}
