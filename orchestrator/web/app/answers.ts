import type { z } from 'zod';
import type { approvalsAnswer, askedAnswer } from '../../http/schemas/approvals.ts';
import type { forecastAnswer as endForecastAnswer } from '../../http/schemas/campaign-forecast.ts';
import type {
  blockersAnswer,
  campaignsAnswer,
  changedAnswer,
  planAnswer,
  reopenedAnswer,
  reportAnswer,
  statusAnswer,
} from '../../http/schemas/campaigns.ts';
import type { fleetAnswer, fleetImportAnswer, removalAnswer } from '../../http/schemas/fleet.ts';
import type { skippedAnswer } from '../../http/schemas/campaign-clients.ts';
import type { auditPage } from '../../http/schemas/audit.ts';
import type { plannedAnswer } from '../../http/schemas/planned.ts';
import type { reportDocumentAnswer } from '../../http/schemas/report-document.ts';
import type { clientAnswer, clientResultAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import type { doctorAnswer } from '../../http/schemas/orchestrator.ts';
import type { simulationAnswer } from '../../http/schemas/simulation.ts';
import type {
  releasesAnswer,
  releaseServersAnswer,
  stagedAnswer,
  withdrawnAnswer,
} from '../../http/schemas/releases.ts';
import type { newTokenAnswer, sessionsAnswer, tokensAnswer } from '../../http/schemas/access.ts';
import type { noticeLogAnswer, notifyTestAnswer, redeliveryAnswer } from '../../http/schemas/notify.ts';
import type { schedulesAnswer } from '../../http/schemas/schedules.ts';
import type { forecastAnswer } from '../../http/schemas/surveys.ts';

/** What the API answers. Types alone: the schemas and their library stay out of the page. */

export type Status = z.output<typeof statusAnswer>;
export type Campaigns = z.output<typeof campaignsAnswer>;
export type Changed = z.output<typeof changedAnswer>;
export type Reopened = z.output<typeof reopenedAnswer>;
export type EndForecast = z.output<typeof endForecastAnswer>;
export type Skipped = z.output<typeof skippedAnswer>;
export type Planned = z.output<typeof plannedAnswer>;
export type ReportParts = z.output<typeof reportDocumentAnswer>;
export type AuditPage = z.output<typeof auditPage>;
export type Blockers = z.output<typeof blockersAnswer>;
export type Report = z.output<typeof reportAnswer>;
export type ClientRow = Report['clients'][number];
export type Approvals = z.output<typeof approvalsAnswer>;
export type AskedFirst = z.output<typeof askedAnswer>;
export type Client = z.output<typeof clientAnswer>;
export type ClientResult = z.output<typeof clientResultAnswer>;
export type Why = z.output<typeof whyAnswer>;
export type Doctor = z.output<typeof doctorAnswer>;
export type Fleet = z.output<typeof fleetAnswer>;
export type FleetImport = z.output<typeof fleetImportAnswer>;
export type Removal = z.output<typeof removalAnswer>;
export type ReleaseServers = z.output<typeof releaseServersAnswer>;
export type Staged = z.output<typeof stagedAnswer>;
export type Withdrawn = z.output<typeof withdrawnAnswer>;
export type Tokens = z.output<typeof tokensAnswer>;
export type NewToken = z.output<typeof newTokenAnswer>;
export type Sessions = z.output<typeof sessionsAnswer>;
export type NoticeLog = z.output<typeof noticeLogAnswer>;
export type NotifyTest = z.output<typeof notifyTestAnswer>;
export type Redelivery = z.output<typeof redeliveryAnswer>;
export type Releases = z.output<typeof releasesAnswer>;
export type Plan = z.output<typeof planAnswer>;
export type Simulation = z.output<typeof simulationAnswer>;
export type Schedules = z.output<typeof schedulesAnswer>;
export type SurveyForecast = z.output<typeof forecastAnswer>;

export type States = Status['states'];
export type Bucket = keyof States;
export type Approval = Approvals['approvals'][number];
export type Blocker = Blockers['blockers'][number];
