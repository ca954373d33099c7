import type { CommandRequest } from '../../shared/domain/campaign/command-request.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { abortCampaign } from '../campaigns/abort.ts';
import { type ClientRequest, type ClientResult, undoClient, undoneIn } from '../campaigns/client-actions.ts';
import { editCampaign } from '../campaigns/edit.ts';
import { revertEdit, type RevertRequest } from '../campaigns/history.ts';
import { unmarkCampaign } from '../campaigns/retry.ts';
import { undoCampaign } from '../campaigns/undo-relocations.ts';
import type { CampaignEdit, EditRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { hasNotBegun } from '../domain/edit-campaign.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { waitingFor, withdrawable, withdrawRelease, type Withdrawn } from '../releases/withdraw.ts';
import { campaignEffect, clientUndoEffect, editEffect, withdrawEffect } from '../views/request-text.ts';
import { campaignStatus } from '../views/status.ts';
import { type Asking, type Commanded, guarded } from './ask.ts';
import { Permit } from './permit.ts';

/**
 * The commands of people that need a second person where the setting wants one. Every door, such as
 * the routes of the API, calls these: what acts takes a `Permit`, which no door has.
 */

/** A command about a whole campaign. */
const aboutCampaign =
  <T>(command: 'abort' | 'undo' | 'unmark', act: ActOnCampaign<T>) =>
  (context: OrchestratorContext, who: string, campaign: string, reason: string): Promise<Commanded<T>> =>
    guarded(
      context,
      [command],
      who,
      () => askingOf(context, command, campaign, reason),
      (permit) => act(context, permit, campaign, reason),
    );

type ActOnCampaign<T> = (
  context: OrchestratorContext,
  permit: Permit,
  campaign: string,
  reason: string,
) => Promise<Result<T, Refusal>>;

export const commandAbort = aboutCampaign('abort', abortCampaign);
export const commandUndo = aboutCampaign('undo', undoCampaign);
export const commandUnmark = aboutCampaign('unmark', unmarkCampaign);

export const commandUndoClient = (
  context: OrchestratorContext,
  who: string,
  order: ClientRequest,
): Promise<Commanded<ClientResult>> =>
  guarded(
    context,
    ['undo'],
    who,
    async () => {
      const found = await undoneIn(context, order);
      if (!found.ok) return found;
      const { client, reason } = order;
      const text = clientUndoEffect(client, found.value);
      return about(context, found.value, (life) => ({ command: 'undo', ...life, client, reason, text }));
    },
    (permit) => undoClient(context, permit, order),
  );

export const commandWithdraw = (
  context: OrchestratorContext,
  who: string,
  release: string,
  reason: string,
): Promise<Commanded<Withdrawn>> =>
  guarded(
    context,
    ['withdraw'],
    who,
    async () => {
      const found = await withdrawable(context, release);
      if (!found.ok) return found;
      const text = withdrawEffect(release, await waitingFor(context, release));
      return ok({ command: 'withdraw', subject: release, reason, text });
    },
    (permit) => withdrawRelease(context, permit, release, reason),
  );

/**
 * A dry run asks nobody, and neither does a campaign that has not begun. An edit that cancels
 * clients waits for approval where an abort does.
 */
export async function commandEdit(
  context: OrchestratorContext,
  who: string,
  request: EditRequest,
): Promise<Commanded<CampaignEdit>> {
  const { campaign: name, reason, file, text: newText, calendars } = request;
  if (request.dryRun) return editCampaign(context, Permit.toLook(who), request);
  const alone = Permit.alone(context.fourEyes, ['edit', 'abort'], who);
  if (alone !== null) return editCampaign(context, alone, request);
  const looked = await editCampaign(context, Permit.toLook(who), { ...request, dryRun: true });
  if (!looked.ok || looked.value.changes.length === 0) return looked;
  const record = await context.store.readCampaign(name);
  if (record !== null && hasNotBegun(record.campaign))
    return editCampaign(context, Permit.beforeStart(who), request);
  const { edition, cancels } = looked.value;
  if (cancels === undefined && Permit.alone(context.fourEyes, ['edit'], who) !== null)
    return editCampaign(context, Permit.cancellingNothing(who), request);
  const edit = { edition, file, text: newText, ...(calendars === undefined ? {} : { calendars }) };
  const text = editEffect(name, looked.value);
  return guarded(
    context,
    cancels === undefined ? ['edit'] : ['edit', 'abort'],
    who,
    () => about(context, name, (life) => ({ command: 'edit', ...life, reason, text, edit })),
    (permit) => editCampaign(context, permit, request),
  );
}

export async function commandRevert(
  context: OrchestratorContext,
  who: string,
  request: RevertRequest,
): Promise<Commanded<CampaignEdit>> {
  const edit = await revertEdit(context, request);
  return edit.ok ? commandEdit(context, who, edit.value) : edit;
}

type Subject = Pick<Asking, 'subject' | 'life'>;

/** What a command about a whole campaign would do now. One that would do nothing is refused. */
async function askingOf(
  context: OrchestratorContext,
  command: 'abort' | 'undo' | 'unmark',
  name: string,
  reason: string,
): Promise<Result<Asking, Refusal>> {
  const { store, clock } = context;
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const now = clock.now();
  const why = command === 'abort' ? whyNotAborted(campaign, now) : null;
  if (why !== null) return err(fault('campaign.refused', why));
  const text = campaignEffect(command, campaignStatus(campaign, await store.counters(name), now));
  return text.length === 0
    ? err(fault('campaign.refused', `campaign ${name} has no client on which ${command} changes anything`))
    : ok({ command, ...subjectOf(campaign), reason, text });
}

/**
 * What a command that waits would do now, in numbers; null = that takes a walk over all clients, or
 * there are no numbers.
 */
export async function effectNow(
  context: OrchestratorContext,
  { command, subject, client }: CommandRequest,
): Promise<readonly string[] | null> {
  const { store, clock } = context;
  if (command === 'withdraw') return withdrawEffect(subject, await waitingFor(context, subject));
  if (command === 'edit' || client !== undefined) return null;
  const record = await store.readCampaign(subject);
  if (record === null) return null;
  return campaignEffect(command, campaignStatus(record.campaign, await store.counters(subject), clock.now()));
}

/** Why the decider refuses an abort now; null = it does not. */
export function whyNotAborted(campaign: Campaign, now: number): string | null {
  const decision = decideCampaign(campaign, { type: 'AbortRequested', by: '', reason: '' }, now);
  return decision.kind === 'refused' ? decision.because : null;
}

async function about(
  { store }: OrchestratorContext,
  name: string,
  asking: (subject: Subject) => Asking,
): Promise<Result<Asking, Refusal>> {
  const record = await store.readCampaign(name);
  return record === null ? err(notFound('campaign', name)) : ok(asking(subjectOf(record.campaign)));
}

const subjectOf = ({ definition, life }: Campaign): Subject => ({
  subject: definition.campaign,
  ...(life === undefined ? {} : { life }),
});
