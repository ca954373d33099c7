import { z } from 'zod';
import * as access from '../schemas/access.ts';
import * as approvals from '../schemas/approvals.ts';
import * as audit from '../schemas/audit.ts';
import { forecastAnswer as endForecast } from '../schemas/campaign-forecast.ts';
import * as campaignClients from '../schemas/campaign-clients.ts';
import * as campaigns from '../schemas/campaigns.ts';
import * as clients from '../schemas/clients.ts';
import { editionAnswer } from '../schemas/edition.ts';
import * as edits from '../schemas/edits.ts';
import * as events from '../schemas/events.ts';
import * as fields from '../schemas/fields.ts';
import * as fleet from '../schemas/fleet.ts';
import * as hooks from '../schemas/hooks.ts';
import * as notify from '../schemas/notify.ts';
import * as orchestrator from '../schemas/orchestrator.ts';
import { plannedAnswer } from '../schemas/planned.ts';
import { problemAnswer } from '../schemas/problems.ts';
import * as releases from '../schemas/releases.ts';
import { reportDocumentAnswer } from '../schemas/report-document.ts';
import * as replays from '../schemas/replay.ts';
import * as simulations from '../schemas/simulation.ts';
import * as schedules from '../schemas/schedules.ts';
import * as limits from '../schemas/server-limits.ts';
import * as surveys from '../schemas/surveys.ts';
import { versionedIdForm } from '../../../shared/input/names.ts';
import { idForm } from '../../input/names.ts';

/** Answers by their stable names in the document. Generated clients name their types so. */
const answers = {
  Problem: problemAnswer,
  ApiTokens: access.tokensAnswer,
  NewApiToken: access.newTokenAnswer,
  RevokedApiToken: access.revokedTokenAnswer,
  Session: access.sessionAnswer,
  Sessions: access.sessionsAnswer,
  EndedSession: access.endedAnswer,
  SignedOut: access.signedOutAnswer,
  SignInLink: access.linkAnswer,
  Approvals: approvals.approvalsAnswer,
  AskedFirst: approvals.askedAnswer,
  ApprovalResult: approvals.approvalAnswer,
  AuditLine: audit.auditLine,
  AuditItem: audit.auditItem,
  AuditPage: audit.auditPage,
  ClientAudit: audit.auditShowAnswer,
  ClientProof: audit.proofAnswer,
  AuditVerification: audit.verifyAnswer,
  Evidence: audit.evidenceAnswer,
  EndForecast: endForecast,
  Replay: replays.replayAnswer,
  CampaignPlan: campaigns.planAnswer,
  CampaignSimulation: simulations.simulationAnswer,
  ChangedCampaign: campaigns.changedAnswer,
  AbortedCampaign: campaigns.abortedAnswer,
  CampaignStatus: campaigns.statusAnswer,
  Campaigns: campaigns.campaignsAnswer,
  RemovedCampaign: campaigns.removedAnswer,
  CheckIns: campaigns.checkInsAnswer,
  Halt: campaigns.haltAnswer,
  ReopenedClients: campaigns.reopenedAnswer,
  Blockers: campaigns.blockersAnswer,
  ClientReport: campaignClients.clientReport,
  ClientReports: campaignClients.clientsAnswer,
  Archive: campaigns.archiveAnswer,
  CampaignReport: campaigns.reportAnswer,
  SkippedClients: campaignClients.skippedAnswer,
  PlannedAgainstActual: plannedAnswer,
  ReportDocument: reportDocumentAnswer,
  ClientRecord: clients.clientAnswer,
  Why: clients.whyAnswer,
  ClientResult: clients.clientResultAnswer,
  CheckIn: clients.checkInAnswer,
  Edition: editionAnswer,
  CampaignEdit: edits.editAnswer,
  CampaignHistory: edits.historyAnswer,
  CampaignText: edits.cloneAnswer,
  CampaignRollback: edits.rollbackAnswer,
  UndoneRelocations: edits.undoneAnswer,
  EventHead: events.eventHead,
  EventEntry: events.eventEntry,
  EventEntries: events.eventEntries,
  EventApproval: events.eventApproval,
  EventReset: events.eventReset,
  RankedBlocker: fields.rankedBlocker,
  Client: fleet.clientSchema,
  FleetImport: fleet.fleetImportAnswer,
  FleetRemoval: fleet.removalAnswer,
  Fleet: fleet.fleetAnswer,
  CheckInToken: fleet.tokenLine,
  RevokedTokens: fleet.revokedAnswer,
  FleetSample: fleet.sampleAnswer,
  Hook: hooks.hookAnswer,
  ClientHook: hooks.clientHookAnswer,
  Hooks: hooks.hooksAnswer,
  NotifyTest: notify.notifyTestAnswer,
  NotifyLog: notify.noticeLogAnswer,
  Redelivery: notify.redeliveryAnswer,
  Check: orchestrator.check,
  Preflight: orchestrator.doctorAnswer,
  Health: orchestrator.healthAnswer,
  Leader: orchestrator.leaderAnswer,
  Lives: orchestrator.livesAnswer,
  Ready: orchestrator.readyAnswer,
  ReleaseServers: releases.releaseServersAnswer,
  Releases: releases.releasesAnswer,
  StagedRelease: releases.stagedAnswer,
  WithdrawnRelease: releases.withdrawnAnswer,
  Schedule: schedules.scheduleAnswer,
  Schedules: schedules.schedulesAnswer,
  ServerLimits: limits.serverLimitsAnswer,
  Survey: surveys.surveyAnswer,
  Surveys: surveys.surveysAnswer,
  Look: surveys.lookAnswer,
  Looks: surveys.surveyLooksAnswer,
  SurveyForecast: surveys.forecastAnswer,
} as const;

/** Bodies of requests. */
const bodies = {
  ApiTokenOrder: access.tokenBody,
  SignIn: access.signInBody,
  ApprovalAnswer: approvals.approvalBody,
  Retraction: approvals.retractBody,
  CampaignFile: fields.campaignBody,
  CampaignResume: fields.resumeCampaignBody,
  Postponement: fields.postponeBody,
  Hold: fields.holdBody,
  Unhold: fields.unholdBody,
  Reason: fields.reasonBody,
  OptionalReason: fields.optionalReasonBody,
  ReplayOrder: replays.replayBody,
  SimulationOrder: simulations.simulationBody,
  Resume: fields.resumeBody,
  Unschedule: fields.unscheduleBody,
  Retry: campaignClients.retryBody,
  Skip: campaignClients.skipBody,
  ClientFilter: campaignClients.checkInsBody,
  ClientAction: clients.clientActionBody,
  CheckInText: clients.checkInBody,
  Edit: edits.editBody,
  Revert: edits.revertBody,
  FleetFile: fleet.fleetBody,
  FleetRemovalOrder: fleet.removalBody,
  Revocation: fleet.revokeBody,
  ReleaseFile: releases.stageBody,
  ServerLimit: limits.serverLimitBody,
  SurveyOrder: surveys.surveyBody,
  NamedDestination: notify.destinationBody,
} as const;

export interface SchemaName {
  readonly id: string;
  readonly description?: string;
  readonly pattern?: string;
}

/** A registry of the document alone: the schemas themselves are imported as they are. */
export function namedSchemas(): z.core.$ZodRegistry<SchemaName> {
  const registry = z.registry<SchemaName>();
  for (const [id, schema] of Object.entries({ ...answers, ...bodies })) registry.add(schema, { id });
  // What the functions that check a name accept, as a pattern.
  registry.add(fields.idSchema, {
    id: 'Name',
    description: `A name: ${idForm}.`,
    pattern: '^(?=.*[^0-9])[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
  });
  registry.add(fields.versionedIdSchema, {
    id: 'VersionedName',
    description: `The name of a release or a product: ${versionedIdForm}.`,
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  });
  return registry;
}
