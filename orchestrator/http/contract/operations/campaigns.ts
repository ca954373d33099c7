import { clientReport } from '../../schemas/campaign-clients.ts';
import type { Operations } from '../operation.ts';

const tag = 'campaigns';

/** What operators ask of campaigns, and how campaigns stand. */
export const campaignOperations: Operations = {
  'POST /v1/campaigns/plan': {
    id: 'planCampaign',
    tag,
    needs: 'run',
    reach: 'file',
    readsOnly: true,
    summary: 'Plan a campaign',
    description: 'Says what a campaign file would select, in which waves, with warnings. Changes nothing.',
  },
  'POST /v1/campaigns/simulate': {
    id: 'simulateCampaign',
    tag,
    needs: 'run',
    reach: 'file',
    readsOnly: true,
    summary: 'Simulate a campaign',
    description:
      'Runs a campaign file on virtual time against the fleet, each client as its last look found it: when it would end, and what would make it faster. Where no client was looked at, against as many model clients. `budgets` outweigh those of the file. Changes nothing.',
  },
  'POST /v1/campaigns': {
    id: 'createCampaign',
    tag,
    needs: 'run',
    reach: 'file',
    summary: 'Create a campaign',
    description: 'Creates the campaign of a campaign file. It begins when it is started.',
  },
  'GET /v1/campaigns': {
    id: 'listCampaigns',
    tag,
    needs: 'see',
    reach: 'seen',
    summary: 'List campaigns',
    description: 'Every campaign that is not archived, each with its whole status.',
  },
  'GET /v1/campaigns/:campaign': {
    id: 'getCampaign',
    version: 'named',
    tag,
    needs: 'see',
    summary: 'Read the status of a campaign',
    description: 'How a campaign stands: its waves, gates, counts, causes, and what a person can do next.',
  },
  'GET /v1/campaigns/:campaign/end-forecast': {
    id: 'forecastEnd',
    tag,
    needs: 'see',
    reach: 'allSites',
    mayConflict: true,
    summary: 'Forecast the end of a campaign',
    description:
      'When a running campaign ends, by simulations of what is left with its own figures. A forecast that is older than 3 minutes is made again, which takes seconds; with `kept=true` the newest one of the leader answers at once, and `madeAt` says how old it is.',
  },
  'POST /v1/campaigns/:campaign/replay': {
    id: 'replayCampaign',
    tag,
    needs: 'see',
    mayConflict: true,
    summary: 'Replay a campaign',
    description:
      'Makes every decision of a campaign again from its audit, and says what the policy of another file would have done. Changes nothing.',
  },
  'GET /v1/campaigns/:campaign/report': {
    id: 'getReport',
    tag,
    needs: 'see',
    reach: 'allSites',
    streams: clientReport,
    summary: 'Read the report of a campaign',
    description:
      'The status, the blockers, and one entry for each client. With `Accept` or `format` the clients alone, line by line, as JSON Lines or CSV. What came of the plan is read from the audit once when the campaign has changed, and while it goes on at most once a minute: `planned.comparedAt` says up to when.',
  },
  'GET /v1/campaigns/:campaign/planned': {
    id: 'comparePlan',
    tag,
    needs: 'see',
    reach: 'allSites',
    summary: 'Compare the plan of a campaign with what came',
    description:
      'What was planned when the campaign started, against what came: the end, each wave, and what the time went to. What came is read from the audit apart from requests: `comparedAt` says up to when, and is null while the first reading is under way.',
  },
  'GET /v1/campaigns/:campaign/report/document': {
    id: 'getReportDocument',
    tag,
    needs: 'see',
    reach: 'allSites',
    summary: 'Read the report of a campaign in parts',
    description:
      'The same report as its verdict, figures and sections, whose blocks the caller draws itself.',
  },
  'GET /v1/campaigns/:campaign/report/html': {
    id: 'getReportAsHtml',
    tag,
    needs: 'see',
    reach: 'allSites',
    text: 'text/html',
    summary: 'Read the report of a campaign as HTML',
    description:
      'One file for people: verdict, exceptions, planned against actual, scope, who did what, and how to check it. It needs no script and loads nothing. It names every client of up to 5,000; `file` and `sha256` name the list of a larger campaign.',
  },
  'GET /v1/campaigns/:campaign/report/markdown': {
    id: 'getReportAsMarkdown',
    tag,
    needs: 'see',
    reach: 'allSites',
    text: 'text/markdown',
    summary: 'Read the report of a campaign as Markdown',
    description: 'The same report for a ticket or a wiki, with tables in place of charts.',
  },
  'GET /v1/campaigns/:campaign/clients': {
    id: 'listCampaignClients',
    tag,
    needs: 'see',
    reach: 'seen',
    streams: clientReport,
    summary: 'List the clients of a campaign',
    description:
      'A page of the clients that the filters let through, in the order of their names. With `Accept` or `format` all of them, line by line, as JSON Lines or CSV.',
  },
  'GET /v1/campaigns/:campaign/forecast': {
    id: 'forecastCampaign',
    tag,
    needs: 'see',
    reach: 'allSites',
    summary: 'Forecast a campaign by looks',
    description: 'What the last looks at the clients of a campaign say about it.',
  },
  'GET /v1/blockers': {
    id: 'listBlockers',
    tag,
    needs: 'see',
    reach: 'campaigns',
    mayMiss: true,
    summary: 'Rank blockers',
    description:
      'What blocks clients, ordered by how many clients each blocker holds up alone. Over several campaigns `inCampaigns` has the numbers of each.',
  },
  'GET /v1/archive': {
    id: 'listArchive',
    tag,
    needs: 'see',
    reach: 'campaigns',
    summary: 'List archived campaigns',
    description: 'The campaigns that this orchestrator archived, as they stood then, the newest first.',
  },
  'GET /v1/campaigns/:campaign/history': {
    id: 'getHistory',
    version: 'kept',
    tag,
    needs: 'see',
    reach: 'allSites',
    summary: 'Read the editions of a campaign',
    description: 'Each edition of the campaign file, with who made it, when and why.',
  },
  'GET /v1/campaigns/:campaign/clone': {
    id: 'cloneCampaign',
    tag,
    needs: 'see',
    reach: 'allSites',
    mayConflict: true,
    summary: 'Copy a campaign file',
    description: 'The campaign file of a campaign under another name. Creates nothing.',
  },
  'GET /v1/campaigns/:campaign/rollback': {
    id: 'planRollback',
    tag,
    needs: 'run',
    reach: 'allSites',
    mayConflict: true,
    summary: 'Plan a rollback',
    description:
      'The campaign file that brings the upgraded clients back to another release. Creates nothing.',
  },
  'GET /v1/campaigns/:campaign/hooks': {
    id: 'listHooks',
    tag,
    needs: 'see',
    reach: 'allSites',
    summary: 'List the hooks of a campaign',
    description: 'The hooks of a campaign, and what each of them has answered.',
  },
};
