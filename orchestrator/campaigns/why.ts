import { waitsAt } from '../../shared/domain/remediation/procedure-words.ts';
import type { WhyContext } from '../views/why-context.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import { policyFor } from '../../shared/domain/campaign/client-rules.ts';
import type { CampaignDefinition, Client, Release } from '../../shared/domain/campaign/definition.ts';
import type { AuditEntry, CampaignRecord } from '../../shared/store/types.ts';
import type { ProductRules } from '../../shared/domain/rules/policy.ts';
import { reachedActions } from '../views/narrowed-actions.ts';
import { type Why, whyAdmitted, type WhyAnswer, whyWaiting } from '../views/why.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { profileOf, rulesOf } from '../../shared/products/profile.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { withLateAnswers } from '../views/late-answers.ts';
import { readEvidence } from '../audit/evidence.ts';
import { newestEntries } from '../audit/newest-entries.ts';
import { lastEdit } from './last-edit.ts';
import { copiesOf, hookRunsOf, restartsIn } from './report.ts';
import { joinOf, whyInNone, whyOutside } from './why-outside.ts';
import { sharedServers } from '../fleet/server-limits.ts';
import { otherCampaigns, type Part, partOf } from '../fleet/clients.ts';
import type { OrchestratorContext } from '../context.ts';
import { requestsAbout } from '../requests/open-requests.ts';
import { notFound, type Refusal } from '../refusal.ts';

export interface WhyQuestion {
  readonly client: string;
  /** Null = the campaign that holds it now, else the newest that knows it. */
  readonly campaign: string | null;
  /** Read the evidence of the last look too. */
  readonly evidence: boolean;
}

/** A step that is tried again leaves two or three entries each time. */
const lastEntries = 8;

/**
 * Why a client stands where it stands: state, cause with evidence, next action and its time, and
 * what follows if nothing changes.
 */
export async function why(
  context: OrchestratorContext,
  question: WhyQuestion,
): Promise<Result<WhyAnswer, Refusal>> {
  const { store } = context;
  const { client, campaign } = question;
  const known = await store.readClient(client);
  if (known === null) return err(notFound('client', client, ' in the fleet'));
  const asked = campaign === null ? null : await store.readCampaign(campaign);
  if (campaign !== null && asked === null) return err(notFound('campaign', campaign));
  const part = await partOf(store, client, campaign);
  if (part === null) return err(await inNone(context, known, asked));
  const answer = await answerOf(context, part);
  if (answer === null) return err(notFound('campaign', part.campaign));
  const { evidence } = answer;
  const texts = question.evidence && evidence !== null ? [evidence] : [];
  const { archive, contents } = context;
  const found = await readEvidence(store, archive, texts, { contents });
  const evidenceText = found.get(evidence ?? '') ?? null;
  const actions = reachedActions(context.asker, answer.actions);
  const others = await otherCampaigns(store, client, part.campaign);
  return ok({ ...answer, actions, evidenceText, others });
}

async function inNone(
  context: OrchestratorContext,
  client: Client,
  asked: CampaignRecord | null,
): Promise<Refusal> {
  if (asked === null) {
    const because = await whyInNone(context, client);
    return fault('notFound.upgrade', `client ${client.client} is in no campaign${because}`);
  }
  const { campaign } = asked.campaign.definition;
  const because = await whyOutside(context, client, asked);
  return fault('notFound.upgrade', `client ${client.client} is not in campaign ${campaign}${because}`);
}

async function answerOf(context: OrchestratorContext, part: Part): Promise<Why | null> {
  const { store, clock } = context;
  const record = await store.readCampaign(part.campaign);
  if (record === null) return null;
  const shares = await sharedServers(store, part.campaign);
  const counters = await store.counters(part.campaign);
  const requests = (await requestsAbout(store, record.campaign)).filter(
    ({ client = nameIn(part) }) => client === nameIn(part),
  );
  const release = await store.readRelease(record.campaign.definition.release);
  const missing = await context.processes?.missing();
  const surroundings: WhyContext = {
    campaign: withLateAnswers(record.campaign, counters),
    counters,
    slots: await store.slotsInUse(part.campaign),
    product: productOf(release),
    now: clock.now(),
    hookRuns: await hookRunsOf(store, record.campaign.definition),
    halt: (await store.readHalt()).halt,
    copies: await copiesOf(store, release),
    withdrawn: release?.withdrawn ?? null,
    failures: (await store.roundFailures()).filter((failure) => failure.campaign === part.campaign),
    ...(missing === undefined ? {} : { missing }),
    refusedAddress: await store.refusedAddress(nameIn(part)),
    ...(await ownOf(store, part, record.campaign.definition)),
    joined:
      record.campaign.definition.membership === undefined
        ? null
        : await joinOf(context, { campaign: part.campaign, client: nameIn(part) }),
    ...(await restartsIn(store, record.campaign.definition)),
    ...(await lastEdit(context, record.campaign)),
    ...(shares === undefined ? {} : { shares }),
    ...(requests.length === 0 ? {} : { requests }),
    ...(record.campaign.definition.speed === undefined
      ? {}
      : { starts: await store.recentStarts(part.campaign) }),
  };
  if (part.kind === 'waiting') return whyWaiting(surroundings, part.pick);
  const { upgrade, index, dueAt, key } = part.stored;
  const newest = await newestEntries(context, lastEntries, key);
  const failure = lastFailure(upgrade, newest);
  return whyAdmitted(surroundings, { upgrade, index, dueAt, since: newest[0]?.at ?? null, failure });
}

/** Why the present step of a procedure is tried again, as the audit has it. */
function lastFailure({ state }: Upgrade, newest: readonly AuditEntry[]): string | null {
  if (state.phase !== 'remedying' || state.journal.failures === 0) return null;
  const begin = waitsAt(state.journal);
  return newest.find(({ because }) => because.startsWith(begin))?.because.slice(begin.length) ?? null;
}

const nameIn = (part: Part): string => (part.kind === 'waiting' ? part.pick.client : part.stored.key.client);

/** What of the campaign's rules is the client's own. */
async function ownOf(
  store: OperatorStore,
  part: Part,
  definition: CampaignDefinition,
): Promise<Pick<WhyContext, 'zone' | 'policy' | 'calendar'> | null> {
  const client = await store.readClient(nameIn(part));
  if (client === null) return null;
  return {
    zone: client.zone,
    policy: policyFor(definition.policy, client),
    calendar: calendarFor(definition, client),
  };
}

function productOf(release: Release | null): ProductRules | null {
  const profile = release === null ? null : profileOf(release);
  return profile?.ok === true ? rulesOf(profile.value) : null;
}
