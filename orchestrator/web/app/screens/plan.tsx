import type { JSX } from 'preact';
import type { Campaigns, Plan, Releases } from '../answers.ts';
import { exampleCampaign } from '../example-campaign.ts';
import { Action } from '../parts/action.tsx';
import { Faults } from '../parts/faults.tsx';
import { Choice } from '../parts/filter-bar.tsx';
import { Panel, Screen } from '../parts/screen.tsx';
import { Source } from '../parts/source.tsx';
import { copyCampaign, createCampaign, planFile } from '../plan-actions.ts';
import { texts } from '../texts.ts';
import { seldomMs, useApp, useLive } from '../use.ts';
import { useChecked } from '../use-checked.ts';
import { PlanView } from './plan-view.tsx';
import { SimulationPanel } from './simulation.tsx';

const words = texts.plan;

/** A campaign file: its faults by line, its plan, its simulation; then the campaign. */
export function PlanScreen(): JSX.Element {
  const app = useApp();
  const draft = app.drafts.campaign.value;
  const { answer, isBusy, isStale, ask } = useChecked<Plan>(draft);
  return (
    <Screen title={words.title} lead={<p class="lead">{words.hint}</p>}>
      <div class="columns work">
        <Panel title={words.file} hint={<Begin />}>
          <Source
            draft={app.drafts.campaign}
            label={words.text}
            accept=".yaml,.yml"
            placeholder={words.placeholder}
            rows={22}
          />
          <div class="buttons">
            <Action
              needs="run"
              tone="primary"
              disabled={draft.text.trim() === '' || isBusy}
              onClick={() => ask(() => planFile(app, draft))}
            >
              {isBusy ? words.planning : words.plan}
            </Action>
          </div>
        </Panel>
        <Panel title={words.outcome}>
          {draft.faults.length > 0 ? (
            <Faults problem={{ detail: texts.source.noText(draft.file), faults: draft.faults }} />
          ) : answer === null || isStale ? (
            <p class="dim">{answer === null ? words.waits : words.stale}</p>
          ) : answer.ok ? (
            <PlanView plan={answer.value} onCreate={() => createCampaign(app, draft, answer.value)} />
          ) : (
            <Faults problem={answer.problem} />
          )}
        </Panel>
        <SimulationPanel draft={draft} />
      </div>
    </Screen>
  );
}

/** The first text: an example with the newest release, or a copy of a campaign. */
function Begin(): JSX.Element {
  const app = useApp();
  const campaigns = useLive<Campaigns>('v1/campaigns').value.value?.campaigns ?? [];
  const releases = useLive<Releases>('v1/releases', seldomMs).value.value?.releases ?? [];
  const begin = (campaign: string): void => {
    if (campaign !== '*') return void copyCampaign(app, campaign);
    const usable = releases.find(({ withdrawn }) => withdrawn === undefined);
    app.drafts.campaign.value = {
      file: 'campaign.yaml',
      text: exampleCampaign(usable?.release ?? 'sms-1.2-sp4'),
      encoding: null,
      faults: [],
    };
  };
  return (
    <Choice
      label={words.begin}
      // No campaign has this name.
      values={[
        ['*', words.example],
        ...campaigns.map((each) => [each.campaign, words.copyOf(each.campaign)] as const),
      ]}
      onChoose={begin}
    />
  );
}
