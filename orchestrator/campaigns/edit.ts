import { withAuthors } from '../domain/approval-requests.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { type CampaignEdition, editionStep } from '../../shared/domain/campaign/edition.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { keyText } from '../../shared/input/input-fault.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { CampaignEdit, EditRequest } from '../background/results.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { whyCancels } from '../domain/cancelling-edit.ts';
import { fixedKeys, hasNotBegun, whyNoEdit, withDefinition } from '../domain/edit-campaign.ts';
import { isSame } from '../domain/value-differences.ts';
import { namesOf, spellingsIn } from '../domain/logon-server-names.ts';
import { spelledAsInFleet } from '../domain/spelled-definition.ts';
import { whyHooksRefused } from '../hooks/allowed-program.ts';
import { readCampaignFile } from '../input/campaign-file.ts';
import { namedCalendars } from '../input/campaign-ics.ts';
import { namesIn } from '../input/campaign-names.ts';
import { badFile, notFound, type Refusal } from '../refusal.ts';
import { storedSpelling } from '../spelling.ts';
import type { EditPermit } from '../requests/permit.ts';
import { type EditChange, editChanges, editSentences } from '../views/edit-words.ts';
import { asReadNow } from './calendars-now.ts';
import { campaignAudit } from './audit.ts';
import { authorsWith } from './authors.ts';
import { isLarge, leftOver, whyNotReady } from './create.ts';
import { finishMove, isMoveLeftOver, type Move, moveTo } from './move-waiting.ts';
import { draftCampaign, whyUseless } from './plan.ts';
import { refuseUnknownDestinations } from './unknown-destinations.ts';
import { refuseUnknownNames } from './unknown-names.ts';

/** Losing this often in a row against the leader and other operators does not happen by chance. */
const triesAtMost = 20;

/**
 * Changes the definition of a campaign to that of a file, in one step: the new rules, the waves,
 * and where waiting clients stand. What runs on a client finishes under the rules with which it
 * began. Refused for what cannot be changed any more, each key with its line, and when the campaign
 * is another than the person was shown (`campaign.changed`).
 */
export async function editCampaign(
  context: OrchestratorContext,
  permit: EditPermit,
  request: EditRequest,
): Promise<Result<CampaignEdit, Refusal>> {
  if (context.background !== undefined && (await isLarge(context)))
    return context.background(
      'editCampaign',
      permit.by,
      { ...request, permit: permit.handedOver },
      context.caller,
    );
  const { store, clock } = context;
  const { campaign: name } = request;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null) return err(notFound('campaign', name));
    if (isMoveLeftOver(record.campaign, clock.now())) {
      await finishMove(context, permit.by, name);
      continue;
    }
    const found = await differenceOf(context, record, request);
    if (!found.ok || request.dryRun || found.value.edit.changes.length === 0)
      return found.ok ? ok(found.value.edit) : found;
    const { cancels } = found.value.edit;
    if (!permit.covers({ hasBegun: !hasNotBegun(record.campaign), cancels: cancels !== undefined }))
      return err(
        fault(
          'campaign.changed',
          `campaign ${name} was changed in this moment; look at it again, then decide`,
        ),
      );
    const ended = await whyEnded(context.caller);
    if (ended !== null) return err(ended);
    const edited = await commitEdit(context, permit, request, record, found.value);
    if (edited !== null) return edited;
  }
  return err(fault('campaign.busy', `campaign ${name} is changed by other requests all the time; try again`));
}

/** A difference that can be applied. */
interface Difference {
  readonly definition: CampaignDefinition;
  readonly move: Move;
  readonly edit: CampaignEdit;
}

async function differenceOf(
  context: OrchestratorContext,
  { version, campaign }: CampaignRecord,
  request: EditRequest,
): Promise<Result<Difference, Refusal>> {
  const { campaign: name } = request;
  const because = whyNoEdit(campaign);
  if (because !== null) return err(fault('campaign.refused', because));
  if (request.version !== undefined && request.version !== version)
    return err(
      fault(
        'campaign.changed',
        `campaign ${name} has changed since the difference was shown, so nothing was changed; look at it again`,
      ),
    );
  if (request.edition !== undefined && request.edition !== (campaign.edition ?? 0))
    return err(fault('campaign.changed', `campaign ${name} was edited since, so nothing was changed`));
  // Last: the version that an edit under way was based on is an older one already.
  if (campaign.memberChange !== undefined) return err(fault('campaign.refused', changing(name)));
  const read = hasNotBegun(campaign)
    ? await readBefore(context, campaign, request)
    : await readAfter(context, request);
  if (!read.ok) return read;
  const { definition, lineOf } = read.value;
  const move = await moveTo(context, campaign, definition);
  const fixed = fixedKeys(campaign, definition, move.done).map(({ path, wrong, expected }) => ({
    file: request.file,
    line: lineOf(path),
    key: keyText(path),
    wrong,
    expected,
  }));
  if (fixed.length > 0) return err(badFile(request.file, fixed));
  const known = campaign.definition.notify?.to;
  const nowhere = refuseUnknownDestinations(context, request.file, lineOf, definition, known);
  if (nowhere !== null) return err(nowhere);
  const isSameHooks = isSame(campaign.definition.hooks, definition.hooks);
  const hooks = isSameHooks ? null : whyHooksRefused(context.hooks?.folder ?? null, definition);
  if (hooks !== null) return err(fault('campaign.hooks', hooks));
  const left = leftOver(move.selected, move.left);
  if (left !== null) return err(left);
  const changes = editChanges(await asReadNow(context, campaign), definition);
  const cancels = hasNotBegun(campaign) ? null : whyCancels(campaign.definition, definition);
  const undoes = (await context.store.editionHeads(name)).at(-1)?.edition ?? 0;
  return ok({
    definition,
    move,
    edit: {
      ...editOf(campaign, definition, move, changes),
      ...(cancels === null ? {} : { cancels }),
      version,
      undoes,
    },
  });
}

const changing = (name: string): string =>
  `clients of campaign ${name} join, leave or change their wave at this moment; try again`;

interface ReadFile {
  readonly definition: CampaignDefinition;
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

/** Before the start a file counts as it does for a new campaign. */
async function readBefore(
  context: OrchestratorContext,
  { definition: before }: Campaign,
  { file, text, calendars }: EditRequest,
): Promise<Result<ReadFile, Refusal>> {
  const draft = await draftCampaign(context, {
    file,
    text,
    ...(calendars === undefined ? {} : { calendars }),
  });
  if (!draft.ok) return draft;
  const read = readCampaignFile(text, file, { calendars, now: context.clock.now() });
  if (!read.ok) return err(badFile(file, read.error));
  const { definition } = draft.value;
  const isSameStart = definition.startAt === before.startAt;
  const refusal = whyNotReady(draft.value, isSameStart ? -Infinity : context.clock.now());
  return refusal === null
    ? ok({ definition, lineOf: (path) => read.value.document.lineOf(path) })
    : err(refusal);
}

/** After the start the clients of the campaign count, and no longer the fleet. */
async function readAfter(
  { store, clock }: OrchestratorContext,
  { campaign, file, text, calendars }: EditRequest,
): Promise<Result<ReadFile, Refusal>> {
  const read = readCampaignFile(text, file, { calendars, now: clock.now() });
  if (!read.ok) return err(badFile(file, read.error));
  const fleet = await Array.fromAsync(store.fleet());
  const names = namesOf(await spellingsIn(fleet));
  // The last client with a label may have lost it since: the files that are kept name it rightly.
  const unknown =
    refuseUnknownNames(file, read.value, fleet) === null
      ? null
      : refuseUnknownNames(file, read.value, fleet, namesInEditions(await store.editions(campaign)));
  if (unknown !== null) return err(unknown);
  const release = await storedSpelling(store, 'release', read.value.definition.release);
  const definition = { ...spelledAsInFleet(read.value.definition, names, fleet), release };
  const useless = whyUseless(file, { ...read.value, definition }, await store.readRelease(release));
  return useless === null
    ? ok({ definition, lineOf: (path) => read.value.document.lineOf(path) })
    : err(useless);
}

const namesInEditions = (editions: readonly CampaignEdition[]): ReturnType<typeof namesIn> =>
  editions.flatMap(({ file, text, calendars, at }) => {
    const read = readCampaignFile(text, file, { calendars, now: at });
    return read.ok ? namesIn(read.value.input) : [];
  });

function editOf(
  campaign: Campaign,
  definition: CampaignDefinition,
  { steps, sizes }: Move,
  changes: readonly EditChange[],
): Omit<CampaignEdit, 'version' | 'undoes'> {
  const before = new Map(
    campaign.definition.waves.map(({ name }, at) => [name, campaign.waveSizes[at] ?? 0]),
  );
  const waveOf = (waves: CampaignDefinition['waves'], wave: number): string | undefined => waves[wave]?.name;
  const open = 'openWaves' in campaign.state ? campaign.state.openWaves : 0;
  const isMoved = ({ from, to }: Move['steps'][number]): boolean =>
    from !== null &&
    to !== null &&
    waveOf(campaign.definition.waves, from.wave) !== waveOf(definition.waves, to.wave);
  return {
    campaign: campaign.definition.campaign,
    edition: campaign.edition ?? 0,
    isApplied: false,
    changes,
    waves: definition.waves.map(({ name }, at) => ({
      wave: name,
      isOpen: at < open,
      before: before.get(name) ?? 0,
      after: sizes[at] ?? 0,
    })),
    moved: steps.filter(isMoved).length,
    joined: steps.filter(({ from }) => from === null).length,
    left: steps.filter(({ to }) => to === null).length,
    passedOver: 0,
  };
}

/** @returns null when another change came first */
async function commitEdit(
  context: OrchestratorContext,
  permit: EditPermit,
  { file, text, calendars, reason, campaign: name, version: shown }: EditRequest,
  { version, campaign }: CampaignRecord,
  { definition, move, edit }: Difference,
): Promise<Result<CampaignEdit, Refusal> | null> {
  const { store, clock, log } = context;
  const { by: who } = permit;
  const authors = await authorsWith(context, campaign, definition, who);
  const next = withAuthors(withDefinition(campaign, definition), authors);
  const { edition: number = 0 } = next;
  const at = clock.now();
  const changes = editSentences(edit);
  const { hash: before } = campaign.definition;
  const own = { edition: number, at, by: who, because: reason };
  const edition: CampaignEdition = {
    ...own,
    before,
    changes,
    file,
    text,
    ...namedCalendars(definition, calendars),
  };
  const because = editReason(changes, reason);
  const audit = campaignAudit(next, editionStep(number - 1), editionStep(number), { at, who, because });
  const moved = await store.changeMembers(next, version, audit, move.steps, { edition });
  if (moved === null && !(await isOwn(context, name, edition))) {
    return shown === undefined
      ? null
      : err(fault('campaign.changed', `campaign ${name} has changed in this moment; look at it again`));
  }
  await finishMove(context, who, name);
  log.info({ campaign: name, who, edition: number, because }, 'campaign edited');
  const passedOver = moved?.passedOver.length ?? 0;
  return ok({ ...edit, edition: number, isApplied: true, passedOver });
}

/** An entry of the audit is a line on the screen; the edition has every sentence. */
const becauseAtMost = 2_000;

/**
 * What changed, then why: what a person typed comes last, and is whole. Entries of earlier versions
 * have the reason first.
 */
function editReason(changes: readonly string[], reason: string): string {
  const why = `; reason: ${reason}`;
  const what = changes.join('; ');
  const room = Math.max(0, becauseAtMost - why.length);
  return `${what.length > room ? `${what.slice(0, Math.max(0, room - 1))}…` : what}${why}`;
}

/** The edit was committed, and another change of members came in between. */
async function isOwn(
  { store }: OrchestratorContext,
  name: string,
  { edition, text }: CampaignEdition,
): Promise<boolean> {
  const present = (await store.editions(name)).find((each) => each.edition === edition);
  return present?.text === text;
}
