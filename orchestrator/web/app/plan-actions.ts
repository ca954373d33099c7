import { scopeWords } from '../../views/campaign-words.ts';
import { campaignPath, ended, showProblem } from './actions.ts';
import type { Plan, Simulation } from './answers.ts';
import type { App } from './app.ts';
import type { Draft } from './drafts.ts';
import type { Asked } from './problem.ts';
import { texts } from './texts.ts';

/** What the buttons of a campaign file do. Only `createCampaign` changes something. */

/** Budgets that are tried out in place of those of the file. */
export interface Budgets {
  readonly active?: number;
  readonly perLogonServer?: number;
}

const bodyOf = ({ file, text, calendars }: Draft): object => ({
  file,
  text,
  ...(calendars === undefined ? {} : { calendars }),
});

export const planFile = (app: App, draft: Draft): Promise<Asked<Plan>> =>
  app.api.post<Plan>('v1/campaigns/plan', bodyOf(draft));

export const simulateFile = (app: App, draft: Draft, budgets: Budgets): Promise<Asked<Simulation>> =>
  app.api.post<Simulation>('v1/campaigns/simulate', { ...bodyOf(draft), budgets });

/** The file of a campaign that is there, under another name. */
export async function copyCampaign(app: App, campaign: string): Promise<void> {
  const copied = await app.api.get<Pick<Draft, 'file' | 'text' | 'calendars'>>(
    `${campaignPath(campaign, '/clone')}?as=${encodeURIComponent(`${campaign.slice(0, 60)}-2`)}`,
  );
  if (!copied.ok) return showProblem(app, copied.problem);
  app.drafts.campaign.value = { ...copied.value, encoding: null, faults: [] };
}

/** Creates the campaign and shows it: it begins when it is started there. */
export function createCampaign(app: App, draft: Draft, plan: Plan): void {
  const { campaign, warnings } = plan;
  const words = texts.plan;
  app.dialogs.ask({
    title: words.createTitle(campaign),
    lines: [words.creates(scopeWords(plan)), ...warnings, words.startsNothing],
    reason: 'none',
    button: words.createButton,
    run: () =>
      ended(app, app.api.post<Plan>('v1/campaigns', bodyOf(draft)), (created) => {
        app.router.go(app.router.href(['campaigns', created.campaign]));
        return words.created(scopeWords(created));
      }),
  });
}
