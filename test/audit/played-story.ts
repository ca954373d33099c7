import fc from 'fast-check';
import { editionStep } from '../../shared/domain/campaign/edition.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { hours, minutes, policy } from '../domain/given.ts';
import { recordOf } from '../domain/golden/operator.ts';
import { patience } from '../domain/golden/patience.ts';
import { Transcript } from '../domain/golden/transcript.ts';
import { sealingFixture, type SealingFixture } from './sealing-fixture.ts';

/** Campaigns with windows, gates that soak, approvals, clients that join and leave, and edits. */

const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };
const early = ['ring=early'];
export const machines = ['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6', 'pc-7', 'pc-8'];

export interface Plan {
  readonly soakMs: number;
  readonly needsApproval: boolean;
  readonly hasWindow: boolean;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'bring'; readonly client: string; readonly labels: readonly string[] }
  | { readonly kind: 'checkIn'; readonly clients: readonly string[] }
  | { readonly kind: 'pause' | 'resume' | 'approve' | 'edit' };

const some = fc.constantFrom(...machines);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(minutes(30), hours(5), hours(12)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bring' as const),
      client: some,
      labels: fc.constantFrom<(readonly string[])[]>(early, [], ['kiosk']),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('checkIn' as const),
      clients: fc.uniqueArray(some, { minLength: 3, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause', 'resume', 'resume', 'approve', 'approve', 'edit'),
    }),
  },
);
export const plan: fc.Arbitrary<Plan> = fc.record({
  soakMs: fc.constantFrom(0, hours(3)),
  needsApproval: fc.boolean(),
  hasWindow: fc.boolean(),
  steps: fc.array(step, { minLength: 4, maxLength: 14 }),
});

function storyOf({ soakMs, needsApproval, hasWindow }: Plan): Transcript {
  const soaks = soakMs === 0 ? gate : { ...gate, soakMs };
  const begins = needsApproval ? { ...soaks, approval: true as const } : soaks;
  return new Transcript(
    {
      campaign: 'sp4',
      machines: Object.fromEntries(
        machines.map((client, n) => [client, n === 2 ? { nature: { service: 'automatic' as const } } : {}]),
      ),
      labels: { 'pc-1': early, 'pc-2': early, 'pc-3': [], 'pc-4': [], 'pc-5': ['kiosk'] },
      file: {
        membership: 'joins',
        select: { labels: [], logonServers: [], clients: [], where: [{ key: 'kiosk', is: 'missing' }] },
        waves: [
          { name: 'early', size: { where: [{ key: 'ring', is: 'in', values: ['early'] }] }, gate: begins },
          { name: 'middle', size: { clients: ['pc-3', 'pc-6'] }, gate: soaks },
          { name: 'rest', size: { rest: true }, gate },
        ],
        budgets: { active: 3, perLogonServer: 3 },
        ...(needsApproval ? { approvals: [{ wave: 'middle' }] } : {}),
      },
      policy: {
        ...policy,
        deferrals: patience({}),
        ...(hasWindow ? { window: { days: everyDay, from: 6 * 60, to: 23 * 60 } } : {}),
      },
    },
    [],
  );
}

/** Each change of the campaign gets a block of its own, which comes after all that was before. */
function sealEachChange(story: Transcript, sealing: SealingFixture): void {
  const { store } = story.world;
  const unsealed = { ...store };
  store.commitCampaign = async (...asked) => {
    await sealing.sealer.round();
    const committed = await unsealed.commitCampaign(...asked);
    await sealing.sealer.round();
    return committed;
  };
}

async function take(story: Transcript, each: Step): Promise<unknown> {
  switch (each.kind) {
    case 'pass':
      return story.letPass(each.ms);
    case 'bring':
      return story.bring('kim', { [each.client]: each.labels });
    case 'checkIn':
      await story.checkIn(...each.clients);
      return story.work();
    case 'pause':
      return story.pause('kim', 'lunch');
    case 'resume':
      return story.resume('kim');
    case 'approve':
      return story.answer('zoe', 'approved', 'approval/wave/middle', 'as shown');
    case 'edit':
      return edit(story);
  }
}

/** A person lets the gate of the first wave soak for another time. */
async function edit({ world }: Transcript): Promise<void> {
  const { campaign, version } = await recordOf(world);
  const edition = (campaign.edition ?? 0) + 1;
  const soakMs = hours(edition);
  const waves = campaign.definition.waves.map((wave, at) =>
    at === 0 ? { ...wave, gate: { ...wave.gate, soakMs } } : wave,
  );
  const { now: at, store } = world;
  const next = {
    ...campaign,
    edition,
    definition: { ...campaign.definition, waves, hash: `file ${edition}` },
  };
  const because = `early: soaks for ${edition} h`;
  const audit = { at, campaign: 'sp4', client: null, who: 'kim', from: editionStep(edition - 1) };
  const whole = {
    edition,
    at,
    by: 'kim',
    because,
    before: campaign.definition.hash,
    changes: [because],
    file: 'f',
    text: '',
  };
  await store.commitCampaign(
    next,
    version,
    { ...audit, to: editionStep(edition), because, evidence: null },
    { edition: whole },
  );
}

/** Plays a campaign to its end. The fixture keeps its audit. */
export async function played(asked: Plan): Promise<SealingFixture> {
  const story = storyOf(asked);
  const { store } = story.world;
  const sealing = sealingFixture({ store });
  sealEachChange(story, sealing);
  await story.create('kim');
  await story.start('kim');
  for (const each of asked.steps) await take(story, each);
  await story.resume('kim');
  await story.letPass(hours(40));
  await sealing.sealer.round();
  return sealing;
}
