import { clientHookKeeper } from '../../shared/domain/rules/client-hooks.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import { startingCommand } from './missing-processes.ts';
import { holdOver } from './holds.ts';
import { unmarkCommand } from './marks.ts';
import { releaseCommand } from './release-command.ts';
import {
  type Campaign,
  type CampaignState,
  rebuilder,
  type Removal,
  unanswered,
} from '../../shared/domain/campaign/campaign.ts';
import { isFailure } from '../../shared/domain/outcome/ending.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import type { Paused } from './paused.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** What a person can do about a campaign or a client, as commands to type. */

/** What of a campaign's status decides what there is to do. */
interface Facts {
  readonly campaign: string;
  readonly release: string;
  readonly status: CampaignState['status'];
  readonly paused: Paused | null;
  readonly removal: { readonly kind: Removal['kind'] } | null;
  readonly halted: { readonly by: string } | null;
  readonly withdrawn: object | null;
  readonly holds: readonly { readonly logonServer: string; readonly by: string }[];
  readonly failures: readonly unknown[];
  readonly missing?: readonly { readonly process: 'leader' | 'worker' }[] | undefined;
  readonly approvals?: readonly string[] | undefined;
  readonly notStaged: readonly unknown[];
  readonly states: { readonly failed: number; readonly needsAttention: number };
  readonly stillMarked: number;
  readonly health?: { readonly unhealthy: number } | undefined;
  /** Clients of unknown health that keep the next wave closed until a person accepts them. */
  readonly unknownHealth?: number;
}

/**
 * The commands for a campaign in this state, the most urgent first. Empty where nobody has to do
 * anything.
 */
export const actionsFor = (status: Facts): readonly string[] =>
  status.removal === null
    ? actionsInPlace(status)
    : [`servpack campaign ${status.removal.kind} ${status.campaign}   # ends what broke off`];

const actionsInPlace = (status: Facts): readonly string[] => [
  ...(status.missing ?? []).map(({ process }) => startingCommand[process]),
  ...(status.failures.length === 0 ? [] : ['servpack doctor']),
  ...(status.halted === null ? [] : [unhaltOf(status.halted)]),
  ...(status.approvals === undefined ? [] : [`servpack campaign approvals ${status.campaign}`]),
  // A gate has stopped at failures: a person sees what failed before accepting it.
  ...(status.paused?.byGate === true ? aboutFailures(status) : []),
  ...toGoOn(status),
  ...aboutHealth(status),
  ...(status.holds.length === 0 || status.status === 'ended'
    ? []
    : [releaseOf(status.campaign, status.holds)]),
  ...(status.notStaged.length === 0 ? [] : [`servpack release servers ${status.release}`]),
  ...(status.paused?.byGate === true ? [] : aboutFailures(status)),
  ...(status.stillMarked === 0 ? [] : [unmarkCommand(status.campaign)]),
];

const unhaltOf = ({ by }: { readonly by: string }): string => commented('servpack unhalt', elseOverride(by));

/** A command with a remark behind it, which a shell passes over. */
const commented = (command: string, remark: string): string => `${command}   # ${remark}`;

/** The pause, hold or halt of a person ends without more only when that person asks. */
const elseOverride = (by: string): string => `anybody but ${by} adds --override`;

function toGoOn(facts: Facts): readonly string[] {
  const { campaign, release, status, paused, withdrawn } = facts;
  // A withdrawn release is staged again only by somebody who means it.
  const override = withdrawn === null ? '' : ' --override';
  const stage = `servpack release stage FILE${override}   # the file of release ${release}`;
  if (status === 'created') return [withdrawn === null ? `servpack campaign start ${campaign}` : stage];
  if (status === 'waitingForRelease' && paused?.missed !== null) return [stage, ...toResume(facts)];
  return toResume(facts);
}

function toResume({ campaign, paused }: Facts): readonly string[] {
  if (paused === null) return [];
  const resume = resumeOf(campaign, paused);
  if (paused.byGate)
    return [
      `servpack blockers --campaign ${campaign}`,
      resume,
      `servpack campaign abort ${campaign} --reason TEXT`,
    ];
  return paused.missed === null
    ? [resume]
    : [resume, `servpack campaign postpone ${campaign} --to TIME --reason TEXT`];
}

function resumeOf(
  campaign: string,
  { by, byGate, missed }: Pick<Paused, 'by' | 'byGate' | 'missed'>,
): string {
  const remarks = [
    ...(byGate ? ['you accept the failures so far'] : []),
    ...(missed === null ? [] : ['it starts now']),
    ...(byGate || by === rebuilder || by === unanswered || by === stopRule || by === clientHookKeeper
      ? []
      : [elseOverride(by)]),
  ];
  const remark = remarks.length === 0 ? '' : `   # ${remarks.join('; ')}`;
  return `servpack campaign resume ${campaign}${remark}`;
}

/** An unhealthy client is upgraded: only the words of its reason say that more is to do. */
const aboutHealth = ({ campaign, health, unknownHealth = 0 }: Facts): readonly string[] => [
  ...((health?.unhealthy ?? 0) === 0 ? [] : [`servpack campaign clients ${campaign} --cause unhealthy`]),
  ...(unknownHealth === 0
    ? []
    : [
        `servpack campaign clients ${campaign} --cause "unknown health"`,
        commented(
          `servpack campaign resume ${campaign}`,
          `you accept ${unknownHealth} ${unknownHealth === 1 ? 'client' : 'clients'} of unknown health`,
        ),
      ]),
];

function aboutFailures({ campaign, status, states }: Facts): readonly string[] {
  const list = (state: 'needsAttention' | 'failed'): readonly string[] =>
    states[state] === 0
      ? []
      : [`servpack campaign clients ${campaign} --state ${state === 'failed' ? state : 'attention'}`];
  const lists = [...list('needsAttention'), ...list('failed')];
  return lists.length === 0 || status === 'aborted'
    ? lists
    : [...lists, `servpack campaign retry ${campaign} --failed`];
}

/** The commands for a client. Empty where it goes on by itself, or nothing is to do. */
export function clientActions(campaign: Campaign, upgrade: Upgrade, halt: Halt | null): readonly string[] {
  const { definition } = campaign;
  const { state, client } = upgrade;
  const back = waysBack(campaign, upgrade.logonServer, halt);
  if (state.phase === 'deferred' && state.class === 'approval')
    return [`servpack campaign approvals ${definition.campaign}`, ...back];
  if (state.phase !== 'settled') return back;
  return [
    ...(isFailure(state.end) ? [`servpack client why ${client} --evidence`] : []),
    ...(isFailure(state.end) && campaign.state.status !== 'aborted'
      ? [`servpack client retry ${client} --campaign ${definition.campaign} --reason TEXT`]
      : []),
    ...(endedMarked(upgrade) ? [unmarkCommand(definition.campaign)] : []),
  ];
}

/** What ends the halt, pause and hold that keep clients of this logon server from going on. */
export const waysBack = (campaign: Campaign, logonServer: string, halt: Halt | null): readonly string[] => {
  // Nothing goes on in an aborted campaign, halted or not.
  if (campaign.state.status === 'aborted') return [];
  const name = campaign.definition.campaign;
  const hold = holdOver(campaign, logonServer);
  return [
    ...(halt === null ? [] : [unhaltOf(halt)]),
    ...(campaign.state.status === 'paused' ? [resumeOf(name, { ...campaign.state, missed: null })] : []),
    ...(hold === null ? [] : [releaseOf(name, [hold])]),
  ];
};

/** The release of these holds, and for whom `--override` is needed. */
function releaseOf(campaign: string, holds: Facts['holds']): string {
  const [who = '', ...others] = new Set(holds.map(({ by }) => by));
  const command = releaseCommand(
    campaign,
    holds.map(({ logonServer }) => logonServer),
  );
  const hint = others.length === 0 ? elseOverride(who) : '--override ends the holds of others';
  return `${command}   # ${hint}`;
}
