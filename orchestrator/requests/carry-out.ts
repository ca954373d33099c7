import {
  type CommandRequest,
  type GuardedCommand,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { abortCampaign } from '../campaigns/abort.ts';
import { undoClient } from '../campaigns/client-actions.ts';
import { editCampaign } from '../campaigns/edit.ts';
import { readStatus } from '../campaigns/report.ts';
import { unmarkCampaign } from '../campaigns/retry.ts';
import { undoCampaign } from '../campaigns/undo-relocations.ts';
import type { OrchestratorContext } from '../context.ts';
import { close } from '../domain/command-requests.ts';
import { counted } from '../domain/counted.ts';
import { whyNoEdit } from '../domain/edit-campaign.ts';
import type { Refusal } from '../refusal.ts';
import { withdrawable, withdrawRelease } from '../releases/withdraw.ts';
import { marksLaterWords, marksOf } from '../views/marks.ts';
import { whyNotAborted } from './commands.ts';
import { commitRequest } from './commit-request.ts';
import { Permit } from './permit.ts';

/** Under this name the orchestrator closes requests. */
export const closer = 'orchestrator';

/** Other requests and the leader change the same record at the same time: it is tried again. */
const passing: ReadonlySet<string> = new Set(['campaign.busy', 'client.busy']);

/**
 * Carries out what another person has approved, and closes the request. An orchestrator that is
 * killed in between leaves the request approved: the leader calls this again, and each command
 * knows what it has done already.
 * @param isAgain an orchestrator that has ended may have carried it out before
 * @returns what was done; a refusal where the command has become wrong or needless
 */
export async function carryOut(
  context: OrchestratorContext,
  key: string,
  isAgain = false,
): Promise<Result<string, Refusal>> {
  const { store, clock } = context;
  const record = await store.readRequest(key);
  if (record === null || record.request.state.is !== 'approved') return ok('carried out already');
  const { request } = record;
  const permit = Permit.approved(request);
  // Since it was approved the campaign may have been removed, and another one have its name.
  const isGone = isAgain && request.command !== 'withdraw' && (await askedAbout(context, request)) === null;
  const acted = isGone
    ? err(fault('approval.void', removedSince(request)))
    : await acts[request.command](context, permit, request);
  if (!acted.ok && passing.has(acted.error.code)) return acted;
  const done = !acted.ok && (await wasDone(context, permit, request)) ? ok('carried out') : acted;
  const words = done.ok ? done.value : isAgain ? unsure(request, done.error.message) : done.error.message;
  const next = close(request, done.ok ? 'done' : 'void', clock.now(), words);
  await commitRequest(context, closer, record, next.request, words);
  return done.ok ? done : err(voidOf(request, words));
}

/** A client that has finished since no longer says who asked for what was done to it. */
const unsure = ({ client }: CommandRequest, because: string): string =>
  client === undefined
    ? because
    : `${because}; it may have been carried out before: servpack audit show ${client}`;

/** The request can no longer be carried out, and is closed. */
export const voidOf = (request: CommandRequest, because: string): Refusal =>
  fault('approval.void', `${requestName(request)} is closed, and nothing was done: ${because}`);

type Act = (
  context: OrchestratorContext,
  permit: Permit,
  request: CommandRequest,
) => Promise<Result<string, Refusal>>;

const acts: Readonly<Record<GuardedCommand, Act>> = {
  abort: async (context, permit, { subject, reason }) =>
    saying(
      await abortCampaign(context, permit, subject, reason),
      ({ stillMarked }) => `campaign ${subject} was aborted${marksLeft(subject, stillMarked)}`,
    ),
  withdraw: async (context, permit, { subject, reason }) =>
    saying(await withdrawRelease(context, permit, subject, reason), () => `release ${subject} is withdrawn`),
  unmark: async (context, permit, { subject, reason }) => {
    const before = await readStatus(context, subject);
    const later = before.ok ? (marksOf(before.value)?.later ?? 0) : 0;
    return saying(
      await unmarkCampaign(context, permit, subject, reason),
      ({ reopened, passedOver }) =>
        `the marks of ${counted(reopened, 'client')} are taken back${besides(passedOver)}${later === 0 ? '' : `; ${marksLaterWords(later)}`}`,
    );
  },
  undo: async (context, permit, { subject: campaign, client, reason }) =>
    client === undefined
      ? saying(
          await undoCampaign(context, permit, campaign, reason),
          ({ reopened, passedOver, because: [first] }) =>
            `${counted(reopened, 'client')} will be moved back${besides(passedOver, first?.because)}`,
        )
      : saying(await undoClient(context, permit, { client, campaign, reason }), ({ because }) => because),
  edit: async (context, permit, { subject: campaign, reason, edit }) =>
    edit === undefined
      ? err(fault('approval.refused', 'the file of the edit is not kept'))
      : saying(
          await editCampaign(context, permit, { ...edit, campaign, reason, dryRun: false }),
          ({ edition }) => `campaign ${campaign} has edition ${edition}`,
        ),
};

const marksLeft = (campaign: string, marked: number): string =>
  marked === 0
    ? ''
    : `; ${counted(marked, 'client')} ${marked === 1 ? 'is still marked, and installs' : 'are still marked, and install'} at the next logon; take the mark back with: servpack campaign unmark ${campaign} --reason TEXT`;

/** `, 3 clients were passed over: …` */
const besides = (passedOver: number, because?: string): string =>
  passedOver === 0
    ? ''
    : `, ${counted(passedOver, 'client')} ${passedOver === 1 ? 'was' : 'were'} passed over${because === undefined ? '' : `: ${because}`}`;

const saying = <T>(result: Result<T, Refusal>, words: (value: T) => string): Result<string, Refusal> =>
  result.ok ? ok(words(result.value)) : result;

/** Is it refused because an earlier try has done it? A command for many clients never is. */
async function wasDone(
  { store }: OrchestratorContext,
  permit: Permit,
  { command, subject, client, reason, edit }: CommandRequest,
): Promise<boolean> {
  if (command === 'withdraw') {
    const withdrawn = (await store.readRelease(subject))?.withdrawn;
    return withdrawn?.by === permit.by && withdrawn.because === reason;
  }
  if (command === 'abort') {
    const state = (await store.readCampaign(subject))?.campaign.state;
    return state?.status === 'aborted' && state.by === permit.by && state.because === reason;
  }
  if (client !== undefined) {
    const asked = (await store.readUpgrade({ campaign: subject, client }))?.upgrade.memory.request;
    return asked?.kind === 'undo' && asked.by === permit.by && asked.reason === reason;
  }
  if (command !== 'edit' || edit === undefined) return false;
  const next = (await store.editions(subject)).find(({ edition }) => edition === edit.edition + 1);
  return next?.by === permit.by && next.because === reason && next.text === edit.text;
}

/** The campaign that the command was asked for; null = it was removed. */
async function askedAbout(
  { store }: OrchestratorContext,
  { subject, life = 0 }: CommandRequest,
): Promise<Campaign | null> {
  const campaign = (await store.readCampaign(subject))?.campaign;
  const isSame = campaign !== undefined && (campaign.life ?? 0) === life && campaign.removal === undefined;
  return isSame ? campaign : null;
}

const removedSince = ({ subject }: CommandRequest): string => `campaign ${subject} was removed since`;

/**
 * Why the command has become wrong or needless since it was asked for; null = it has not, as far as
 * the record of its subject says.
 */
export async function whyVoid(context: OrchestratorContext, request: CommandRequest): Promise<string | null> {
  const { command, subject, client, edit } = request;
  if (command === 'withdraw') {
    const found = await withdrawable(context, subject);
    return found.ok ? null : found.error.message;
  }
  const campaign = await askedAbout(context, request);
  if (campaign === null) return removedSince(request);
  if (client !== undefined && (await context.store.readClient(client)) === null)
    return `client ${client} was removed from the fleet since`;
  if (command === 'abort') return whyNotAborted(campaign, context.clock.now());
  if (command !== 'edit') return null;
  if (edit?.edition !== (campaign.edition ?? 0)) return `campaign ${subject} was edited since`;
  return whyNoEdit(campaign);
}
