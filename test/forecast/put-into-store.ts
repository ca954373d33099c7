import type { ForecastQuestion } from '../../orchestrator/forecast/question.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import type { Store } from '../../shared/store/store.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

export const campaign = 'played';
const audit: AuditEntry = {
  at: 0,
  campaign,
  client: null,
  who: 'test',
  from: '',
  to: '',
  because: '',
  evidence: null,
};

/** Writes fleet, release, campaign and records of a played campaign into a store. */
export async function putIntoStore(store: Store, question: ForecastQuestion): Promise<void> {
  const { upgrades, waiting, sources, now } = question;
  const clients = [...upgrades.map(({ client }) => client), ...waiting.flat()];
  await store.importFleet(clients);
  await store.stageRelease(sources.release, null, audit);
  const inWaves = [
    ...upgrades.map(({ client, upgrade: { wave } }) => ({ client, wave })),
    ...waiting.flatMap((own, wave) => own.map((client) => ({ client, wave }))),
  ];
  unwrapped(
    await store.createCampaign(
      question.campaign,
      inWaves.map(({ client: { client, logonServer }, wave }) => ({ client, wave, logonServer })),
      audit,
    ),
  );
  const records = upgrades.map(({ upgrade }) => ({
    key: { campaign, client: upgrade.client },
    version: 1,
    activation: 1,
    upgrade,
    audit: null,
  }));
  await store.putBackUpgrades(campaign, records, now);
}
