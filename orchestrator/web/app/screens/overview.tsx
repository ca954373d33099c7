import type { JSX } from 'preact';
import { many } from '../../../views/numbers.ts';
import type { Approvals, Campaigns, Doctor, Schedules, Status } from '../answers.ts';
import { attentionOf } from '../attention.ts';
import { AttentionList } from '../parts/attention-list.tsx';
import { CampaignCard } from '../parts/campaign-card.tsx';
import { FirstSteps } from '../parts/first-steps.tsx';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Panel, Screen } from '../parts/screen.tsx';
import { Says, Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { seldomMs, useApp, useLive } from '../use.ts';
import { isCampaignOver } from '../../../../shared/domain/campaign/campaign.ts';

const words = texts.overview;

/** First what needs a person, then what runs, then what comes. */
export function OverviewScreen(): JSX.Element {
  const campaigns = useLive<Campaigns>('v1/campaigns');
  const narrow = useApp().session.whyNot('see', 'all');
  return (
    <Screen
      title={words.title}
      actions={
        <Link to={['wall']} class="button plain wall-link">
          {texts.wall.open}
        </Link>
      }
    >
      <Loaded live={campaigns}>
        {(all) => {
          if (all.campaigns.length > 0) return <Standing all={all} />;
          return narrow === null ? <FirstSteps /> : <Empty says={texts.campaign.none} hint={narrow} />;
        }}
      </Loaded>
    </Screen>
  );
}

const isOn = ({ status }: Status): boolean => status === 'running' || status === 'paused';
function Standing({ all }: { readonly all: Campaigns }): JSX.Element {
  const approvals = useLive<Approvals>('v1/approvals').value.value?.approvals ?? [];
  const checks = useLive<Doctor>('v1/doctor', seldomMs).value.value?.checks ?? [];
  const items = attentionOf(all.campaigns, approvals, checks);
  const now = all.campaigns[0]?.at ?? null;
  const on = all.campaigns.filter(isOn);
  const over = all.campaigns.filter(isCampaignOver);
  return (
    <>
      <section class="block" aria-label={words.needs}>
        <h2>
          {words.needs} {items.length > 0 ? <span class="count">{items.length}</span> : null}
        </h2>
        {items.length > 0 ? (
          <AttentionList items={items} now={now} />
        ) : all.halted !== null ? null : (
          <div class="calm">
            <Icon name="check" />
            <p>
              <b>{words.calm}</b> <span class="dim">{words.calmMore}</span>
            </p>
          </div>
        )}
      </section>
      {on.length === 0 ? null : (
        <section class="block" aria-label={words.running}>
          <h2>{words.running}</h2>
          <div class="cards">
            {on.map((status) => (
              <CampaignCard key={status.campaign} status={status} />
            ))}
          </div>
        </section>
      )}
      <div class="columns">
        <Panel title={words.next}>
          <Coming campaigns={all.campaigns} />
        </Panel>
        {over.length === 0 ? null : (
          <Panel title={words.over}>
            <ul class="rows">
              {over.slice(0, 8).map((status) => (
                <li key={status.campaign} data-row>
                  <Link to={['campaigns', status.campaign]}>{status.campaign}</Link>
                  <span class="dim">{status.status}</span>
                  <span class="end">
                    {status.endedAt === null ? null : <Time at={status.endedAt} now={status.at} />}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </>
  );
}

interface Event {
  readonly at: string | null;
  readonly what: string;
  readonly to: readonly string[] | null;
}

/** What happens by itself, in the order of time; what has no time comes last. */
function Coming({ campaigns }: { readonly campaigns: readonly Status[] }): JSX.Element {
  const schedules = useLive<Schedules>('v1/schedules', seldomMs).value.value?.schedules ?? [];
  const now = campaigns[0]?.at;
  const events: readonly Event[] = [
    ...campaigns.flatMap((status): readonly Event[] => {
      const to = ['campaigns', status.campaign];
      const name = status.campaign;
      return [
        ...(status.startsAt === null
          ? []
          : [{ at: status.startsAt, what: `${name} starts with ${many(status.size, 'client')}`, to }]),
        ...(status.status === 'waitingForRelease'
          ? [{ at: null, what: `${name} starts once ${status.release} is staged`, to }]
          : []),
        ...(status.end === undefined ? [] : [{ at: status.end.at, what: `${name}: ${status.end.says}`, to }]),
        ...(status.window === undefined ? [] : [{ at: null, what: `${name}: ${status.window}`, to }]),
        ...(status.blackouts ?? []).map((what) => ({ at: null, what: `${name}: ${what}`, to })),
        ...(status.status === 'created' && status.startsAt === null
          ? [{ at: null, what: `${name} is not started`, to }]
          : []),
      ];
    }),
    ...schedules.flatMap(({ schedule, next }) =>
      next.slice(0, 2).map(({ at }) => ({ at, what: `Schedule ${schedule} creates its campaign`, to: null })),
    ),
  ].toSorted((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9'));
  if (events.length === 0) return <p class="dim quiet-line">{words.nothingNext}</p>;
  return (
    <ul class="rows">
      {events.slice(0, 10).map(({ at, what, to }) => (
        <li key={what} data-row={to === null ? undefined : true}>
          <span class="when">{at === null ? texts.empty : <Time at={at} now={now} />}</span>
          {to === null ? (
            <span>
              <Says text={what} />
            </span>
          ) : (
            <Link to={to}>
              <Says text={what} />
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
