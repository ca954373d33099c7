import type { JSX } from 'preact';
import { finishedIn } from '../../../../shared/domain/outcome/states.ts';
import { waitWords } from '../../../../shared/domain/rules/wait-words.ts';
import { spanInWords } from '../../../views/duration-text.ts';
import type { Blockers, Status } from '../answers.ts';
import { Count } from '../parts/count.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Feed } from '../parts/feed.tsx';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Progress } from '../parts/progress.tsx';
import { Panel } from '../parts/screen.tsx';
import { Standing } from '../parts/standing.tsx';
import { StateBar, StateLegend } from '../parts/state-bar.tsx';
import { Says, Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { useLive } from '../use.ts';

const words = texts.campaign;

/** How a campaign stands: how far, until when, wave by wave, and what would help most. */
export function CampaignNow({ status }: { readonly status: Status }): JSX.Element {
  const { campaign, states, size } = status;
  return (
    <>
      <section class="block standing" aria-label={words.state}>
        <Standing status={status} isWide />
        <StateBar states={states} size={size} label={campaign} />
        <StateLegend states={states} campaign={campaign} />
        {status.binds === undefined ? null : (
          <p class="binds">
            <Icon name="clock" /> <b>{words.binds}:</b> <Says text={status.binds.says} />
          </p>
        )}
      </section>
      <div class="columns">
        <div class="stack">
          <Panel title={words.waves}>
            <Waves status={status} />
          </Panel>
          <Waits status={status} />
          {status.causes.length === 0 ? null : (
            <Panel title={words.causes}>
              <ul class="rows">
                {status.causes.map(({ cause, count }) => (
                  <li key={cause} data-row>
                    <Link to={['campaigns', campaign]} query={{ tab: 'clients', causeIs: cause }}>
                      {cause}
                    </Link>
                    <span class="end num">
                      <Count of={count} campaign={campaign} filter={{ causeIs: cause }} />
                    </span>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
        <div class="stack">
          {status.startedAt === null ? null : (
            <Progress status={{ ...status, startedAt: status.startedAt }} />
          )}
          <FixFirst campaign={campaign} />
          <MoreFacts status={status} />
        </div>
        {status.startedAt === null || status.endedAt !== null ? null : <Feed campaign={campaign} />}
      </div>
    </>
  );
}

/** A wave whose clients were cancelled has not passed. */
function signOf(isOpen: boolean, isNow: boolean, cancelled: number): string {
  if (!isOpen) return '○';
  if (isNow) return '▶';
  return cancelled > 0 ? '–' : '✓';
}

function Waves({ status: { waves, campaign, endedAt } }: { readonly status: Status }): JSX.Element {
  const last = endedAt === null ? waves.findLastIndex(({ isOpen }) => isOpen) : -1;
  return (
    <ol class="waves">
      {waves.map(({ wave, size, states, isOpen, gate }, index) => {
        const done = finishedIn(states);
        return (
          <li key={wave} class={isOpen ? (index === last ? 'now' : 'open') : 'closed'}>
            <span class="wave-sign" aria-hidden="true">
              {signOf(isOpen, index === last, states.cancelled)}
            </span>
            <span class="wave-name">
              <Link to={['campaigns', campaign]} query={{ tab: 'clients', wave }} title={wave}>
                {wave}
              </Link>
              <span class="dim"> {isOpen ? (endedAt === null ? words.open : '') : words.closed}</span>
            </span>
            <StateBar states={states} size={size} label={wave} />
            <span class="num">
              <Count of={done} campaign={campaign} filter={{ wave, state: 'finished' }} />{' '}
              <span class="dim">
                of <Count of={size} campaign={campaign} filter={{ wave }} />
              </span>
            </span>
            <p class="wave-gate dim">
              <Says text={gate} />
            </p>
          </li>
        );
      })}
    </ol>
  );
}

function FixFirst({ campaign }: { readonly campaign: string }): JSX.Element {
  const path = `v1/blockers?campaign=${encodeURIComponent(campaign)}`;
  const { value, problem } = useLive<Blockers>(path);
  const found = value.value?.blockers.filter(({ blocks }) => blocks > 0) ?? [];
  return (
    <Panel title={words.fixFirst} hint={words.fixFirstHint}>
      {found.length === 0 ? (
        <p class="dim quiet-line">{problem.value?.detail ?? texts.blockers.none}</p>
      ) : (
        <ul class="rows ranked">
          {found.slice(0, 6).map(({ blocker, alone, blocks }) => (
            <li key={blocker} data-row>
              <Link to={['campaigns', campaign]} query={{ tab: 'blockers' }}>
                {blocker}
              </Link>
              <span class="end num">
                <b>
                  <Count of={alone} campaign={campaign} filter={{ blocker, blocks: 'alone' }} />
                </b>{' '}
                <span class="dim">
                  of <Count of={blocks} campaign={campaign} filter={{ blocker, blocks: 'now' }} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What deferred clients wait for; no panel where none waits. */
function Waits({ status: { campaign, deferrals, states } }: { readonly status: Status }): JSX.Element | null {
  const now = deferrals.filter((each) => each.now > 0).toSorted((a, b) => b.now - a.now);
  if (now.length === 0) return null;
  const retries = deferrals.reduce((sum, { inAll }) => sum + inAll, 0);
  return (
    <Panel title={words.deferred} hint={retries === 0 ? undefined : words.retries(retries)}>
      <ul class="rows">
        {now.map((each) => (
          <li key={each.class} data-row>
            <Link to={['campaigns', campaign]} query={{ tab: 'clients', waitsFor: each.class }}>
              {waitWords[each.class]}
            </Link>
            <span class="meter" aria-hidden="true">
              <span style={{ width: `${Math.round((each.now * 100) / Math.max(1, states.deferred))}%` }} />
            </span>
            <span class="end num">
              <Count of={each.now} campaign={campaign} filter={{ waitsFor: each.class }} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What else there is to know, a line each. */
function MoreFacts({ status }: { readonly status: Status }): JSX.Element {
  const { at, createdAt, startedAt, startsAt, tookMs, relocations } = status;
  const counts = [
    [words.relocated, relocations.done, { relocation: 'done' }],
    [words.movedBack, relocations.undone, { relocation: 'undone' }],
    [words.blockedAgain, status.willBlockAgain, { willBlockAgain: 'true' }],
    [words.stillMarked, status.stillMarked, { marked: 'true' }],
  ] as const;
  const all = (name: string, lines: readonly string[] = []): readonly Fact[] =>
    lines.map((line) => [name, <Says text={line} />]);
  const one = (name: string, line: string | undefined): readonly Fact[] =>
    all(name, line === undefined ? [] : [line]);
  return (
    <Panel title={words.facts}>
      <Facts
        of={[
          [words.created, <Time at={createdAt} now={at} />],
          startedAt === null
            ? null
            : [
                words.started,
                <>
                  <Time at={startedAt} now={at} />
                  {tookMs === null ? null : <span class="dim"> · {spanInWords(tookMs)}</span>}
                </>,
              ],
          startsAt === null ? null : [words.starts, <Time at={startsAt} now={at} />],
          ...counts.map(([name, of, filter]): Fact => {
            if (of === 0) return null;
            const unit = ` ${of === 1 ? words.client : words.clients}`;
            return [name, <Count of={of} campaign={status.campaign} filter={filter} words={unit} />];
          }),
          ...one('Window', status.window),
          ...all('Blackout', status.blackouts),
          ...one('Speed', status.speed),
          ...all('Restarts', status.restarts),
          ...all('Stop rule', status.stops),
          ...all('Shared server', status.shared),
          ...all(
            'Held',
            status.holds.map(({ logonServer, by, because }) => `${logonServer} by ${by}: ${because}`),
          ),
          ...one('Own end', status.end?.says),
          ...one('Clients', status.members),
        ]}
      />
    </Panel>
  );
}
