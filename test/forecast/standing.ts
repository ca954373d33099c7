import type { ForecastQuestion, KnownUpgrade } from '../../orchestrator/forecast/question.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { modelRelease } from '../../orchestrator/simulation/model-release.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { type Blocker, fingerprint } from '../../shared/domain/observation/blocker.ts';
import type { DeferralClass } from '../../shared/domain/rules/policy.ts';
import { newUpgrade, type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { smsProfile } from '../products/given.ts';

/** A Tuesday, 05:00 UTC: by the usual figures every client of these campaigns is ready at once. */
export const now = Date.UTC(2026, 10, 24, 5);
export const hourMs = 3_600_000;

/** How many clients are finished, so that their figures count. */
const finishedClients = 24;

/** A client that stands somewhere. */
export interface Standing {
  readonly waits: DeferralClass;
  readonly until: number;
  readonly blockers?: readonly Blocker[];
  readonly logonServer?: string;
  readonly wave?: number;
}

/** What is left of a campaign, by construction. */
export interface Left {
  /** The campaign file without its name and release. */
  readonly file: string;
  /** By wave: the logon server of each client that waits for its admission. */
  readonly waiting?: readonly (readonly string[])[];
  readonly standing?: readonly Standing[];
  readonly openWaves?: number;
  /** What of the finished clients is different. */
  readonly finished?: (upgrade: Upgrade) => Upgrade;
  readonly change?: (campaign: Campaign) => Campaign;
}

/** A running campaign whose finished clients never waited for anything. */
export function leftOf({
  file,
  waiting = [],
  standing = [],
  openWaves = 1,
  finished = (upgrade) => upgrade,
  change = (campaign) => campaign,
}: Left): ForecastQuestion {
  const text = `campaign: left\nrelease: sms-1.2-sp4\n${file}\n`;
  const definition = unwrapped(parseCampaign(text, 'campaign.yaml', { now }));
  const ready = Array.from({ length: finishedClients }, (_, at): KnownUpgrade => {
    const client = clientOf(`done-${at}`, 'LS-1');
    return known(client, finished(upgraded(newUpgrade(client.client, 0, 'LS-1'))), null);
  });
  const open = standing.map((each, at): KnownUpgrade => {
    const client = clientOf(`open-${at}`, each.logonServer ?? 'LS-1');
    return known(client, deferred(client, each), each.until);
  });
  const waves = definition.waves.map((_, wave) =>
    (waiting[wave] ?? []).map((logonServer, at) => clientOf(`pc-${wave}-${at}`, logonServer)),
  );
  const upgrades = [...ready, ...open];
  const inWave = (wave: number): number =>
    upgrades.filter(({ upgrade }) => upgrade.wave === wave).length + (waves[wave]?.length ?? 0);
  const { release } = modelRelease('sms-1.2-sp4');
  return {
    campaign: change({
      definition,
      createdAt: now - 24 * hourMs,
      waveSizes: definition.waves.map((_, wave) => inWave(wave)),
      state: { status: 'running', startedAt: now - 24 * hourMs, openWaves, accepted: [] },
    }),
    upgrades,
    waiting: waves,
    sources: { release, profile: smsProfile(), logonServers: ['LS-1', 'LS-2'] },
    now,
    seed: 'left',
  };
}

const clientOf = (client: string, logonServer: string): Client => ({
  client,
  host: client,
  logonServer,
  zone: 'UTC',
  labels: [],
  role: 'workstation',
});

const known = (client: Client, upgrade: Upgrade, dueAt: number | null): KnownUpgrade => ({
  client,
  upgrade,
  index: upgrade.state.phase === 'settled' ? 'settled' : 'due',
  dueAt,
  holdsSlots: false,
});

/** A look has reached the client, and its upgrade is proved. */
const upgraded = (upgrade: Upgrade): Upgrade => ({
  ...withMemory(upgrade, {
    learned: { lastLook: { at: now - 2 * hourMs, bootId: 'boot 2', evidence: '' } },
    open: { leftMarked: false },
  }),
  state: {
    phase: 'settled',
    at: now - 2 * hourMs,
    end: 'upgraded',
    cause: 'upgraded',
    because: 'proved',
    blockers: [],
  },
});

function deferred(
  { client, logonServer }: Client,
  { waits, until, blockers = [], wave = 0 }: Standing,
): Upgrade {
  const upgrade = newUpgrade(client, wave, logonServer);
  const isMarked = waits === 'logon' || waits === 'load';
  const learned = {
    seen: blockers.map(fingerprint),
    lastLook: waits === 'unreachable' ? null : { at: now - hourMs, bootId: 'boot 2', evidence: '' },
  };
  const history = { deferrals: { [waits]: 1 }, lastDeferral: { class: waits, until } };
  const open = isMarked ? { mark: { at: now - 3 * hourMs, bootId: 'boot 1' } } : {};
  return {
    ...withMemory(upgrade, { learned, history, open }),
    state: { phase: 'deferred', class: waits, until, because: 'waits', blockers },
  };
}
