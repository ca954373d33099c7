import { setTimeout as pause } from 'node:timers/promises';
import { parseCampaign } from '../../../orchestrator/input/campaign-file.ts';
import type { ModelRelease } from '../../../orchestrator/simulation/model-release.ts';
import { runScenario, type Scenario, startScenario } from '../../../orchestrator/simulation/scenario.ts';
import type { CampaignReport } from '../../../orchestrator/views/report.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { profileOf } from '../../../shared/products/profile.ts';
import { openCampaignLab, sampleFiles } from '../../fixtures/campaign-lab.ts';
import { unwrapped } from '../../fixtures/unwrapped.ts';
import { defaultComponents, readStagedRelease } from '../fleet/read-release.ts';
import { readRows } from '../fleet/read-rows.ts';
import { firstDifference, HistoryObserver, realHistories } from './histories.ts';
import type { LabInstallation } from '../installation.ts';

/** One wave, run for real and simulated: policy time from the start to its last finished client. */
export interface WaveAgreement {
  readonly wave: string;
  readonly realMs: number;
  readonly simulatedMs: number;
}

/** A campaign on the same fleet, run for real in lab time and simulated. */
export interface Agreement {
  readonly seed: string;
  readonly clients: number;
  /** Clients that ended in another way, in words. */
  readonly otherEnds: readonly string[];
  readonly waves: readonly WaveAgreement[];
  /** Where the history of each client parts from its simulated one, in words. */
  readonly differences: readonly string[];
}

/**
 * Its clients begin at night. A wave that opened while users log on would depend on seconds: who is
 * looked at a second before their logon is restarted today, the others tomorrow.
 */
const campaignFile = `
campaign: agreed
release: sms-1.2-sp4
waves:
  - { name: canary, count: 8, gate: { settled: 60 %, failures: 100 %, minSample: 3 } }
  - { name: early, percent: 30 %, gate: { settled: 70 %, failures: 100 %, minSample: 5 } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
budgets: { active: 12, perLogonServer: 5 }
window: { between: "20:00-04:00" }
`;

/**
 * Runs the campaign with real processes on a lab fleet, then simulates it on the models of the same
 * fleet, from the same moment on.
 */
export async function agreementOf(
  installation: LabInstallation,
  {
    seed,
    clients,
    withinSeconds,
  }: { readonly seed: string; readonly clients: number; readonly withinSeconds: number },
): Promise<Agreement> {
  const files = sampleFiles(installation.dataDir, clients);
  await using lab = await openCampaignLab(installation, { files, seed, checkIns: true });
  await lab.startWorker();
  await lab.begin(campaignFile);
  const report = async (): Promise<CampaignReport> =>
    (await lab.operator.ask('GET', '/v1/campaigns/agreed/report')) as CampaignReport;
  const status = async (): Promise<string> =>
    ((await lab.operator.ask('GET', '/v1/campaigns/agreed')) as { status: string }).status;
  const deadline = Date.now() + withinSeconds * 1_000;
  for (let now = await status(); now !== 'ended'; now = await status()) {
    if (now === 'paused') throw new Error('a gate has paused the campaign');
    if (Date.now() > deadline) throw new Error(`the campaign has not ended within ${withinSeconds} s`);
    await pause(200);
  }
  const real = await report();
  const startAt = Date.parse(real.startedAt ?? '');
  const fleet = unwrapped(readRows(files.fleetCsv)).map((row): Client => ({ ...row, labels: [] }));
  const release = releaseOf(files.tree);
  const scenario: Scenario = {
    definition: unwrapped(parseCampaign(campaignFile, 'agreed.yaml', { now: startAt })),
    clients: fleet,
    traits: {},
    release,
    machinesSince: installation.clock.labAt,
    seed,
    profile: unwrapped(profileOf(release.release)),
    startAt,
    horizonMs: 60 * 24 * 3_600_000,
    approvalMs: null,
    callMs: 0,
    checksIn: true,
  };
  const observer = new HistoryObserver();
  const simulated = await runScenario(scenario, startScenario(scenario), observer);
  const histories = realHistories(await lab.operator.exportAudit(), 'agreed');
  const ends = new Map(
    [...simulated.books.rows.values()].map(({ client, upgrade: { state } }) => [
      client.client,
      state.phase === 'settled' ? { end: state.end, at: state.at } : null,
    ]),
  );
  return {
    seed,
    clients,
    otherEnds: real.clients.flatMap(({ client, end }) => {
      const own = ends.get(client)?.end ?? 'not ended';
      return own === end ? [] : [`${client}: ${end ?? 'not ended'}, simulated ${own}`];
    }),
    waves: real.waves.map(({ wave }) => {
      const own = real.clients.filter((client) => client.wave === wave);
      return {
        wave,
        realMs: Math.max(...own.map(({ settledAt }) => Date.parse(settledAt ?? ''))) - startAt,
        simulatedMs: Math.max(...own.map(({ client }) => ends.get(client)?.at ?? Infinity)) - startAt,
      };
    }),
    differences: fleet.flatMap(({ client }) => {
      const own = observer.histories.get(client) ?? [];
      return firstDifference(client, histories.get(client) ?? [], own, startAt) ?? [];
    }),
  };
}

function releaseOf(tree: string): ModelRelease {
  const staged = unwrapped(readStagedRelease(tree, defaultComponents));
  const files = [...staged.files].map(([name, { size, sha256 }]) => ({
    name: name.toLowerCase(),
    size,
    sha256,
  }));
  return { staged, release: { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files } };
}

/** By how much of the real time the simulated one differs: 0.1 = a tenth. */
export const differenceOf = ({ realMs, simulatedMs }: WaveAgreement): number =>
  Math.abs(simulatedMs - realMs) / realMs;

/** `seed 1: early 39.1 h, simulated 39.4 h (0.8 %)` */
export const agreementLines = ({ seed, otherEnds, waves }: Agreement): readonly string[] => [
  ...waves.map((wave) => {
    const hours = (ms: number): string => `${(ms / 3_600_000).toFixed(1)} h`;
    const difference = `${(differenceOf(wave) * 100).toFixed(1)} %`;
    return `seed ${seed}: ${wave.wave} ${hours(wave.realMs)}, simulated ${hours(wave.simulatedMs)} (${difference})`;
  }),
  ...otherEnds.map((other) => `seed ${seed}: ${other}`),
];
