import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Occurrence, PastOccurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { ok } from '../../shared/errors.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { abortCampaign } from '../campaigns/abort.ts';
import { createCampaign } from '../campaigns/create.ts';
import { overlapAtMost, startCampaign } from '../campaigns/transitions.ts';
import type { OrchestratorContext } from '../context.ts';
import { Permit } from '../requests/permit.ts';
import { occurrenceDone, occurrenceDue, scheduler } from './occurrences.ts';
import { changeSchedule } from './commit.ts';

interface Outcome extends Omit<PastOccurrence, 'at' | 'campaign'> {
  /** The campaign that was found not to be there. */
  readonly absent?: string;
}

/** Begins the occurrence that is due now, if one is, and goes on with one that broke off. */
export async function occur(context: OrchestratorContext, schedule: Schedule): Promise<void> {
  const { schedule: name } = schedule;
  if (schedule.open === undefined) {
    if (occurrenceDue(schedule, context.clock.now()) === null) return;
    // The intent is written first: the next leader goes on with this campaign.
    await changeSchedule(context, scheduler(name), name, (present, now) => {
      const due = occurrenceDue(present, now);
      return ok({
        next: due?.schedule ?? present,
        because: due?.because ?? 'another orchestrator was first',
      });
    });
  }
  await carryOut(context, name);
}

/**
 * Creates and starts the campaign of the open occurrence, and writes what became of it. Each step
 * is safe to repeat: the campaign has the name of the occurrence, and is started once.
 */
export async function carryOut(context: OrchestratorContext, name: string): Promise<void> {
  const record = await context.store.readSchedule(name);
  const open = record?.schedule.open;
  if (record === null || open === undefined) return;
  const became = await begin(context, record.schedule, open);
  // The next round tries again.
  if (became === null) return;
  // An orchestrator that was frozen since it looked may have been replaced by one that has created
  // the campaign and was killed then: the next round goes on with that campaign.
  const { absent, ...outcome } = became;
  await changeSchedule(
    context,
    scheduler(name),
    name,
    (present) =>
      ok(
        present.open?.campaign === open.campaign
          ? toNext(occurrenceDone(present, outcome))
          : { next: present, because: 'another orchestrator was first' },
      ),
    absent,
  );
}

const toNext = ({ schedule, because }: ReturnType<typeof occurrenceDone>) => ({ next: schedule, because });

async function begin(
  context: OrchestratorContext,
  schedule: Schedule,
  { campaign, by }: Occurrence,
): Promise<Outcome | null> {
  const { store } = context;
  const present = await store.readCampaign(campaign);
  if (present === null) {
    const running = await predecessorOf(context, schedule);
    if (running !== null) return notCreated(campaign, running);
    const { file, text, calendars, createdBy: author } = schedule;
    const input = { file, text, campaign, author, ...(calendars === undefined ? {} : { calendars }) };
    const created = await createCampaign(context, by, input);
    if (!created.ok && created.error.code === 'campaign.fleetChanged') return null;
    if (!created.ok && created.error.code !== 'campaign.taken')
      return notCreated(campaign, created.error.message);
  }
  const found = await store.readCampaign(campaign);
  if (found === null || found.campaign.definition.hash !== schedule.hash)
    return skipped(`${campaign} is not started: another file has a campaign of this name`);
  const { state: standing } = found.campaign;
  if (standing.status !== 'created') return outcomeOf(schedule, campaign, standing);
  // The reason is recorded, and read by tokens that do not reach the other campaigns.
  const asker = { campaigns: [campaign], sites: [] };
  const asked = await startCampaign({ ...context, asker }, by, campaign);
  if (asked.ok) return started(campaign);
  // Another orchestrator may have started it in this moment.
  const { state } = (await store.readCampaign(campaign))?.campaign ?? found.campaign;
  if (state.status !== 'created') return state.status === 'aborted' ? null : started(campaign);
  if (asked.error.code === 'campaign.busy') return null;
  const because = `${campaign} is not started: ${asked.error.message}`;
  const inTheWay = asked.error.code === 'campaign.overlap' ? await inTheWayOf(context, campaign) : [];
  await abortCampaign(context, Permit.ofServpack(scheduler(schedule.schedule)), campaign, because, 'created');
  // Another orchestrator has started it since, and the next round sees that.
  if ((await store.readCampaign(campaign))?.campaign.state.status !== 'aborted') return null;
  return { ...skipped(because), ...(inTheWay.length === 0 ? {} : { inTheWay }) };
}

/** The campaigns that have clients of this one. */
async function inTheWayOf({ store }: OrchestratorContext, campaign: string): Promise<readonly string[]> {
  const found = await store.overlap(campaign, overlapAtMost);
  return [...new Set(found.map((each) => each.campaign))].toSorted();
}

/** The newest campaign of this schedule that still has clients to finish; null = there is none. */
async function predecessorOf({ store }: OrchestratorContext, { past }: Schedule): Promise<string | null> {
  for (const { campaign } of past) {
    const record = campaign === null ? null : await store.readCampaign(campaign);
    if (record === null) continue;
    const { state } = record.campaign;
    if (state.status === 'running' || state.status === 'paused')
      return `its predecessor ${campaign} ${statusClause[state.status]}`;
  }
  return null;
}

/** What became of an occurrence whose campaign somebody else, or a lost leader, brought on. */
const outcomeOf = ({ schedule }: Schedule, campaign: string, state: CampaignState): Outcome =>
  state.status === 'aborted' && state.by === scheduler(schedule) ? skipped(state.because) : started(campaign);

const started = (campaign: string): Outcome => ({ outcome: 'started', because: `${campaign} was started` });
const skipped = (because: string): Outcome => ({ outcome: 'skipped', because });
const notCreated = (campaign: string, because: string): Outcome => ({
  ...skipped(`${campaign} is not created: ${because}`),
  absent: campaign,
});
