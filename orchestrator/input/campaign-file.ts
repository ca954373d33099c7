import type { z } from 'zod';

import type { Budgets, CampaignDefinition, Selection } from '../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import { defaultBudgets, defaultNoticeMs } from './campaign-defaults.ts';
import { checkEnd, endKeys, toEnd } from './campaign-end.ts';
import { deferralsSection, restartSection, structuralField } from './campaign-policy.ts';
import { ladderSection, toLadder } from './campaign-ladder.ts';
import { persistenceSection, toPersistence } from './campaign-persistence.ts';
import { hooksSection, toHooks } from './campaign-hooks.ts';
import { checkSchedule, scheduleSection } from './campaign-schedule.ts';
import { type Blame, excludeField, toExclusions } from './campaign-criteria.ts';
import { approvalsSection, checkApprovals, toApprovals, withApprovalGates } from './campaign-approvals.ts';
import { notifySection, toNotify } from './campaign-notify.ts';
import { membershipField, toMembership } from './campaign-membership.ts';
import { proveSection } from './campaign-prove.ts';
import { checkShare, toShare } from './campaign-share.ts';
import { remediationsSection } from './campaign-remediations.ts';
import { checkLimits, restartsSection } from './campaign-restarts.ts';
import { stopSection, toStop } from './campaign-stop.ts';
import { speedSection } from './campaign-speed.ts';
import { ticketField, toTicket } from './campaign-ticket.ts';
import { gateSection, percent } from './campaign-gates.ts';
import { toWave, wavesSection } from './campaign-waves.ts';
import { checkFit, fitSection } from './campaign-fit.ts';
import { freeTimeField, toFreeTime } from './campaign-free-time.ts';
import { type BesideFile, expandIcs, type IcsBlackouts } from './campaign-ics.ts';
import { blackoutsSection, icsEntries, toCalendar, windowsSection } from './campaign-calendar.ts';
import { across, count, field, list, oneOf, section } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { versionedId } from '../../shared/input/names.ts';
import { moment } from './parse-timestamp.ts';
import { duration } from '../../shared/input/quantities.ts';
import { windowSection } from './windows.ts';
import type { YamlDocument } from '../../shared/input/yaml-document.ts';
import { readYamlFile } from '../../shared/input/yaml-input.ts';
import { byLogonServer, id, label, logonServer, where } from './names.ts';

const seedField = field('a text or a number', (value) => {
  const seed = typeof value === 'number' ? String(value) : value;
  return typeof seed === 'string' && seed.length > 0 && seed.length <= 200 ? seed : undefined;
});

/** `window` is a list of one window, so a file has `window` or `windows`. */
function oneWindowKey(value: Readonly<Record<string, unknown>>, blame: Blame): void {
  if (value['windows'] === undefined || value['window'] === null || value['window'] === undefined) return;
  blame(['windows'], 'stands beside window', 'window or windows');
}

/** The keys of a campaign file. Only `campaign` and `release` are required. */
const keys = section({
  campaign: id(),
  release: versionedId(),
  on: oneOf('staged').nullable().default(null),
  startAt: moment().nullable().default(null),
  ...endKeys,
  schedule: scheduleSection,
  hooks: hooksSection,
  seed: seedField.optional(),
  select: across(
    section({
      labels: list(label(), 'a list of labels').default([]),
      logonServers: list(logonServer(), 'a list of logon servers').default([]),
      clients: list(id(), 'a list of client ids').default([]),
      where: where().optional(),
      percent: percent().optional(),
      seed: seedField.optional(),
      exclude: excludeField.optional(),
    }),
    checkShare,
  ).prefault({}),
  membership: membershipField,
  waves: wavesSection,
  gate: gateSection,
  budgets: section({
    active: count(1, 1_000_000).default(defaultBudgets.active),
    perLogonServer: count(1, 1_000_000).default(defaultBudgets.perLogonServer),
    maxDownloads: count(1, 1_000_000).nullable().default(null),
    remediations: remediationsSection.optional(),
    restarts: restartsSection.optional(),
    logonServers: byLogonServer(
      section({ maxDownloads: count(1, 1_000_000) }),
      'logon servers by name, such as { LS-PUN: { maxDownloads: 5 } }',
    ).default({}),
  }).prefault({}),
  speed: speedSection.optional(),
  priority: count(1, 100).optional(),
  deferrals: deferralsSection,
  freeTime: freeTimeField,
  persistence: persistenceSection,
  ladder: ladderSection,
  structural: structuralField,
  restart: restartSection,
  window: windowSection,
  windows: windowsSection,
  blackouts: blackoutsSection,
  fit: fitSection,
  notice: duration().default(defaultNoticeMs),
  approvals: approvalsSection,
  stop: stopSection,
  prove: proveSection,
  ticket: ticketField,
  notify: notifySection,
});

/** The keys, and what must hold across them. */
const campaignSchema = across(keys, (value, blame) => {
  checkEnd(value, blame);
  checkSchedule(value, blame);
  oneWindowKey(value, blame);
  checkFit(value, blame);
  checkApprovals(value, blame);
  checkLimits(value, blame);
});

/**
 * Reads a campaign file, with the defaults of `campaign-defaults.ts` for what it leaves out. The
 * default seed of the jitter is the campaign's id. `hash` is the SHA-256 of the text, and so of the
 * file.
 * @param file its name for the faults; it is not opened
 */
export function parseCampaign(
  text: string,
  file: string,
  beside: BesideFile = { now: 0 },
): Result<CampaignDefinition, InputFault[]> {
  const read = readCampaignFile(text, file, beside);
  return read.ok ? ok(read.value.definition) : read;
}

/** What stands in a campaign file, with its defaults. */
export type CampaignInput = z.output<typeof campaignSchema>;

/** A campaign file without a fault. */
export interface CampaignFile {
  readonly definition: CampaignDefinition;
  readonly input: CampaignInput;
  readonly document: YamlDocument;
}

/** Like `parseCampaign`, for faults that are found later. */
export function readCampaignFile(
  text: string,
  file: string,
  beside: BesideFile,
): Result<CampaignFile, InputFault[]> {
  const read = readYamlFile(text, file, campaignSchema);
  if (!read.ok) return read;
  const { value: input, document } = read.value;
  const entries = icsEntries(input.blackouts, (path) => document.lineOf(path));
  const ics = expandIcs(entries, file, beside);
  if (!ics.ok) return ics;
  return ok({ definition: toDefinition(input, sha256(text), ics.value), input, document });
}

function toBudgets({
  active,
  perLogonServer,
  maxDownloads,
  logonServers,
  remediations,
  restarts,
}: CampaignInput['budgets']): Budgets {
  const at = Object.fromEntries(
    Object.entries(logonServers).map(([server, own]): [string, number] => [server, own.maxDownloads]),
  );
  const isLimited = maxDownloads !== null || Object.keys(at).length > 0;
  return {
    active,
    perLogonServer,
    ...(isLimited ? { maxDownloads: { everywhere: maxDownloads, at } } : {}),
    ...(remediations === undefined ? {} : { remediations }),
    ...(restarts === undefined ? {} : { restarts }),
  };
}

function toSelection({
  where: conditions,
  percent: share,
  seed,
  exclude,
  ...others
}: CampaignInput['select']): Selection {
  return {
    ...others,
    ...(conditions === undefined ? {} : { where: conditions.map(({ condition }) => condition) }),
    ...toShare(share, seed),
    ...(exclude === undefined ? {} : { exclude: toExclusions(exclude) }),
  };
}

function toPolicy({
  deferrals,
  structural,
  restart,
  window,
  notice,
  ...input
}: CampaignInput): CampaignPolicy {
  const { persistence, ...persistences } = toPersistence(input.persistence);
  const { ladder, ...ladders } = toLadder(input.ladder);
  const forAll = { deferrals, persistence, ladder, structural, restart, window, noticeMs: notice };
  return { ...forAll, ...persistences, ...ladders, ...toEnd(input), ...toFreeTime(input.freeTime) };
}

function toDefinition(input: CampaignInput, hash: string, ics: IcsBlackouts): CampaignDefinition {
  const { campaign, release, select, budgets } = input;
  return {
    campaign,
    release,
    start: input.on === 'staged' ? 'whenStaged' : 'byHand',
    startAt: input.startAt,
    seed: input.seed ?? campaign,
    select: toSelection(select),
    ...toMembership(input.membership),
    waves: withApprovalGates(
      input.waves.map((wave, at) => toWave(wave, input.gate, input.waves[at + 1])),
      input.approvals,
    ),
    budgets: toBudgets(budgets),
    ...(input.priority === undefined ? {} : { priority: input.priority }),
    ...(input.speed === undefined ? {} : { speed: input.speed }),
    policy: toPolicy(input),
    ...toCalendar(input, ics),
    ...toApprovals(input.approvals),
    ...toStop(input.stop),
    hash,
    ...toHooks(input.hooks),
    ...toTicket(input.ticket),
    ...toNotify(input.notify),
  };
}
