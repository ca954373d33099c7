import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Store } from '../../shared/store/store.ts';
import { isHookStep } from '../hooks/hook-audit.ts';
import { isLimitStep } from '../fleet/server-limits.ts';
import { requestStateIn } from '../domain/request-steps.ts';
import { scheduleIn } from '../schedules/commit.ts';
import {
  hookLine,
  limitsLine,
  remediationsLine,
  requestLine,
  scheduleLine,
  stepTimesLine,
} from './format/control-lines.ts';

/** What controls campaigns and stands in no record of a campaign, where these entries change it. */
export async function* controlLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  yield* scheduleLines(store, entries);
  yield* requestLines(store, entries);
  yield* hookLines(store, entries);
  yield* remediationLines(store, entries);
  if (entries.some(isLimitStep)) yield limitsLine((await store.readServerLimits()).limits);
}

async function* hookLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const steps = entries.filter(({ campaign, to }) => campaign !== '' && isHookStep(to));
  for (const name of new Set(steps.map(({ campaign }) => campaign))) {
    const record = await store.readCampaign(name);
    // The hooks of a campaign that was removed are gone with it.
    if (record === null) continue;
    for (const { run } of await store.hookRuns(name)) yield hookLine(name, record.campaign.life ?? 0, run);
  }
}

/** A remediation is counted before the commit whose entry says that it begins. */
async function* remediationLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const begins = entries.filter(({ client, to }) => client !== null && to === 'remedying');
  for (const [name, own] of Map.groupBy(begins, ({ campaign }) => campaign)) {
    const begun = await store.begunRemediations(name, Math.min(...own.map(({ at }) => at)));
    const record = begun.size === 0 ? null : await store.readCampaign(name);
    if (record !== null) yield remediationsLine(name, record.campaign.life ?? 0, begun);
  }
}

async function* scheduleLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const names = new Set(entries.map(scheduleIn).filter((name) => name !== null));
  for (const name of names) yield scheduleLine(name, (await store.readSchedule(name))?.schedule ?? null);
}

async function* requestLines(store: Store, entries: readonly KeptEntry[]): AsyncGenerator<string> {
  const isOf = ({ client, to }: KeptEntry): boolean => client === null && requestStateIn(to) !== null;
  const names = new Set(entries.filter(isOf).map(({ campaign }) => campaign));
  if (names.size === 0) return;
  for (const { request } of await store.requests())
    if (names.has(request.command === 'withdraw' ? '' : request.subject)) yield requestLine(request);
}

/** How long steps took on the product of a campaign that asks whether they fit. */
export async function* stepTimeLines(store: Store, { definition }: Campaign): AsyncGenerator<string> {
  if (definition.calendar?.fit === undefined) return;
  const release = await store.readRelease(definition.release);
  if (release === null) return;
  const took = await store.stepTimes(release.product);
  if (Object.keys(took).length > 0) yield stepTimesLine(release.product, took);
}
