import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import {
  abortCampaign,
  campaignPath,
  moveServicesBack,
  pauseCampaign,
  resumeCampaign,
  retryFailed,
  startCampaign,
} from '../actions.ts';
import type { Approvals, Status } from '../answers.ts';
import { attentionOf } from '../attention.ts';
import { Action } from '../parts/action.tsx';
import { AttentionList } from '../parts/attention-list.tsx';
import { StatusBadge } from '../parts/campaign-card.tsx';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Loaded, Screen } from '../parts/screen.tsx';
import { BlockerTable } from './blockers.tsx';
import { AuditList, Seal } from '../parts/audit-list.tsx';
import { CampaignNow } from './campaign-now.tsx';
import { CampaignPlan } from './campaign-plan.tsx';
import { CampaignReport } from './campaign-report.tsx';
import { ClientTable } from './client-table.tsx';
import { ServerTable } from './servers.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { isCampaignOver } from '../../../../shared/domain/campaign/campaign.ts';
import { notOk } from '../../../../shared/domain/outcome/states.ts';

const words = texts.campaign;

const tabs = ['now', 'clients', 'blockers', 'servers', 'plan', 'report', 'audit'] as const;
type Tab = (typeof tabs)[number];

/** One campaign: what needs a person, how it stands, and what can be done. */
export function CampaignScreen({ name }: { readonly name: string }): JSX.Element {
  const { router } = useApp();
  const live = useLive<Status>(campaignPath(name));
  const asked = router.place.value.query.get('tab');
  const tab: Tab = tabs.find((each) => each === asked) ?? 'now';
  const status = live.value.value;
  const isThere = status !== null;
  // On a phone not every tab has room.
  useEffect(() => {
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [tab, isThere]);
  return (
    <Screen
      title={name}
      lead={
        status === null ? null : (
          <p class="lead">
            <StatusBadge status={status.status} />
            <span>
              {words.release} <Link to={['releases']}>{status.release}</Link>
            </span>
            {status.ticket === undefined ? null : (
              <span>
                {words.ticket} {status.ticket}
              </span>
            )}
          </p>
        )
      }
      actions={status === null ? undefined : <Buttons status={status} />}
    >
      <Loaded live={live} missing={words.notThere(name)}>
        {(found) => (
          <>
            {tab === 'now' ? <Trouble status={found} /> : null}
            <nav class="tabs" aria-label={name}>
              {tabs.map((each) => (
                <Link
                  key={each}
                  to={['campaigns', name]}
                  query={{ tab: each === 'now' ? null : each }}
                  current={each === tab}
                >
                  {words.tabs[each]}
                </Link>
              ))}
            </nav>
            <TabOf tab={tab} status={found} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function TabOf({ tab, status }: { readonly tab: Tab; readonly status: Status }): JSX.Element {
  switch (tab) {
    case 'now':
      return <CampaignNow status={status} />;
    case 'clients':
      return <ClientTable status={status} />;
    case 'blockers':
      return <BlockerTable campaign={status.campaign} />;
    case 'servers':
      return <ServerTable status={status} />;
    case 'plan':
      return <CampaignPlan status={status} />;
    case 'report':
      return <CampaignReport status={status} />;
    case 'audit':
      return (
        <>
          <Seal campaign={status.campaign} />
          <AuditList campaign={status.campaign} />
        </>
      );
  }
}

/** The same list as on the overview, of this campaign alone. */
function Trouble({ status }: { readonly status: Status }): JSX.Element | null {
  const open = useLive<Approvals>('v1/approvals').value.value?.approvals ?? [];
  const approvals = open.filter(
    ({ campaign, release }) =>
      campaign === status.campaign || (release === status.release && !isCampaignOver(status)),
  );
  const items = attentionOf([status], approvals, []);
  return items.length === 0 ? null : <AttentionList items={items} now={status.at} />;
}

/** What can be done now; what cannot be done in this state is not there. */
function Buttons({ status }: { readonly status: Status }): JSX.Element {
  const app = useApp();
  const { states, relocations, paused } = status;
  const isOver = isCampaignOver(status);
  const mayPause =
    status.status === 'running' || status.status === 'scheduled' || status.status === 'waitingForRelease';
  return (
    <>
      {status.status === 'created' ? (
        <Action needs="run" tone="primary" onClick={() => startCampaign(app, status)}>
          <Icon name="play" /> {texts.actions.start}
        </Action>
      ) : null}
      {paused !== null ? (
        <Action needs="goOn" tone="primary" onClick={() => resumeCampaign(app, status)}>
          <Icon name="play" /> {texts.actions.resume}
        </Action>
      ) : mayPause ? (
        <Action needs="stop" onClick={() => pauseCampaign(app, status)}>
          <Icon name="pause" /> {texts.actions.pause}
        </Action>
      ) : null}
      {notOk(states) > 0 && !isOver ? (
        <Action needs="run" onClick={() => retryFailed(app, status)}>
          {texts.actions.retry}
        </Action>
      ) : null}
      {isOver && relocations.done > 0 ? (
        <Action needs="change" onClick={() => moveServicesBack(app, status)}>
          {texts.actions.undo}
        </Action>
      ) : null}
      {isOver ? null : (
        <Action needs="change" tone="danger" onClick={() => abortCampaign(app, status)}>
          {texts.actions.abort}
        </Action>
      )}
    </>
  );
}
