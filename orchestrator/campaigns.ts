import type { Campaign, CampaignEvent, CampaignState } from '../shared/domain/campaign.ts';
import { decideCampaign } from '../shared/domain/campaign.ts';
import { err, fault, ok, type Result } from '../shared/errors.ts';
import type { AuditEntry, CampaignRecord, Store } from '../shared/store/store.ts';
import type { Office } from './office.ts';
import { type CampaignPlan, type Draft, draftCampaign, type InputFile } from './planning.ts';
import { notFound, type Refusal } from './refusal.ts';

/** What operators ask of campaigns. `who` is the person as it goes into the audit. */

/** How a campaign stands after it was asked for something, and why. */
export interface Moved {
  readonly campaign: string;
  readonly status: CampaignState['status'];
  readonly because: string;
}

/** Clients named in a refusal; the decider names five of them. */
const overlapAtMost = 6;
/** Losing this often against the leader and other operators in a row does not happen by chance. */
const triesAtMost = 20;

/** What the file would do. Touches nothing. */
export async function planCampaign(office: Office, input: InputFile): Promise<Result<CampaignPlan, Refusal>> {
  const draft = await draftCampaign(office, input);
  return draft.ok ? ok(draft.value.plan) : draft;
}

/**
 * Writes the campaign and its waiting clients; it starts nothing. Refused when it selects nobody, when clients are left over,
 * when its release is neither staged nor
 * waited for, or when the name is taken.
 */
export async function createCampaign(office: Office, who: string, input: InputFile): Promise<Result<CampaignPlan, Refusal>> {
  const draft = await draftCampaign(office, input);
  if (!draft.ok) return draft;
  const { plan } = draft.value;
  const refusal = notStaged(plan) ?? emptyOrLeftOver(plan);
  if (refusal !== null) return err(refusal);
  const created = await office.store.createCampaign(...recordsOf(draft.value, who, office.clock.now()));
  if (!created.ok) return created;
  office.log.info({ campaign: plan.campaign, who, clients: plan.selected }, 'campaign created');
  return ok(plan);
}

function notStaged({ release, releaseStaged, start }: CampaignPlan): Refusal | null {
  if (releaseStaged || start === 'whenStaged') return null;
  return fault('release.notStaged', `release ${release} is not staged; stage it first, or say start: whenStaged in the campaign file`);
}

function emptyOrLeftOver({ fleet, selected, left }: CampaignPlan): Refusal | null {
  if (fleet === 0) return fault('campaign.empty', 'the fleet is empty; import one first: servpack fleet import FILE');
  if (selected === 0) return fault('campaign.empty', `the campaign selects none of the ${fleet} clients of the fleet`);
  if (left === 0) return null;
  return fault(
    'campaign.leftOver',
    `${left} of ${selected} selected clients are in no wave; enlarge the waves or end them with one that takes the rest (rest: true)`,
  );
}

function recordsOf({ definition, waves, plan }: Draft, who: string, at: number): Parameters<Store['createCampaign']> {
  const campaign: Campaign = {
    definition,
    createdAt: at,
    waveSizes: waves.map(({ clients }) => clients.length),
    state: { status: 'created' },
  };
  const picks = waves.flatMap(({ clients }, wave) => clients.map(({ client, logonServer }) => ({ client, wave, logonServer })));
  const because = `${plan.selected} clients in ${waves.length} waves, from the campaign file with SHA-256 ${definition.hash}`;
  return [campaign, picks, campaignAudit(campaign, '', campaign.state.status, { at, who, because })];
}

/** Starts it, or lets it wait for its release when its file says so. */
export async function startCampaign(office: Office, who: string, name: string): Promise<Result<Moved, Refusal>> {
  const { store } = office;
  const moved = await moveCampaign(office, who, name, async ({ campaign }) => ({
    type: 'StartRequested',
    releaseStaged: (await store.readRelease(campaign.definition.release)) !== null,
    overlap: await store.overlap(name, overlapAtMost),
  }));
  if (!moved.ok || moved.value.status !== 'waitingForRelease') return moved;
  // Staged in this very moment: whoever staged it may have looked before this campaign began to wait.
  const started = await startWaiting(office, who);
  return ok(started.includes(name) ? { campaign: name, status: 'running', because: 'its release was staged' } : moved.value);
}

/** Holds the campaign: nothing new is begun on any client within a second; what was begun is finished. */
export const pauseCampaign = (office: Office, who: string, name: string, reason: string): Promise<Result<Moved, Refusal>> =>
  moveCampaign(office, who, name, async () => ({ type: 'PauseRequested', by: who, reason }));

/** Lets it go on. Not-ok ends so far count as accepted by whoever resumes. */
export const resumeCampaign = (office: Office, who: string, name: string): Promise<Result<Moved, Refusal>> =>
  moveCampaign(office, who, name, async () => ({ type: 'ResumeRequested', counters: await office.store.counters(name) }));

/**
 * Starts every campaign whose release has been staged while it waited; returns their names. Level-triggered: called after a staging
 * and safe to repeat at any time. One that wants clients of a running campaign goes on waiting until those have settled.
 */
export async function startWaiting(office: Office, who: string): Promise<readonly string[]> {
  const { store, log } = office;
  const started: string[] = [];
  for (const { campaign } of await store.campaigns()) {
    const { campaign: name, release } = campaign.definition;
    if (campaign.state.status !== 'waitingForRelease' || (await store.readRelease(release)) === null) continue;
    const [overlap] = await store.overlap(name, 1);
    if (overlap !== undefined) {
      log.debug({ campaign: name, client: overlap.client, other: overlap.campaign }, 'waits for another campaign');
      continue;
    }
    const moved = await moveCampaign(office, who, name, async () => ({ type: 'ReleaseStaged' }));
    if (moved.ok && moved.value.status === 'running') started.push(name);
  }
  return started;
}

type Ask = (record: CampaignRecord) => Promise<CampaignEvent>;

/** Read, decide, compare and set; whoever was slower reads again, and may then be refused for what the other one did. */
async function moveCampaign(office: Office, who: string, name: string, ask: Ask): Promise<Result<Moved, Refusal>> {
  const { store, clock, log } = office;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    if (record === null) return err(notFound('campaign', name));
    const at = clock.now();
    const decision = decideCampaign(record.campaign, await ask(record), at);
    if (decision.kind === 'refused') return err(fault('campaign.refused', decision.because));
    const { status } = record.campaign.state;
    if (decision.kind === 'ignored') return ok({ campaign: name, status, because: decision.because });
    const { campaign, because } = decision;
    const audit = campaignAudit(campaign, status, campaign.state.status, { at, who, because });
    if ((await store.commitCampaign(campaign, record.version, audit)) === null) continue;
    log.info({ campaign: name, who, because }, campaign.state.status);
    return ok({ campaign: name, status: campaign.state.status, because });
  }
  return err(fault('campaign.busy', `campaign ${name} is being changed by others all the time; try again`));
}

const campaignAudit = (
  { definition }: Campaign,
  from: string,
  to: string,
  { at, who, because }: { readonly at: number; readonly who: string; readonly because: string },
): AuditEntry => ({ at, campaign: definition.campaign, client: null, who, from, to, because, evidence: null });
