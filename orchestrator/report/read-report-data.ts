import { readEntries } from '../audit/read.ts';
import { writtenHead } from '../audit/known-heads.ts';
import type { OrchestratorContext } from '../context.ts';
import { everyClient, readSource, type ReportSource } from '../campaigns/report-source.ts';
import type { Refusal } from '../refusal.ts';
import { namesInWords } from '../views/equal-reasons.ts';
import { namesAtMost, selectionWords } from '../views/selection-words.ts';
import type { Criterion, Selection } from '../../shared/domain/campaign/definition.ts';
import { printCondition } from '../../shared/domain/campaign/where.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { ReportData, ReportedStep, SealHead } from './report-data.ts';
import { type Tallied, tallyOf } from './tally.ts';

/** So many steps of a campaign are named: its creation and what came first, and the newest. */
const stepsAtEachEnd = 60;

/**
 * Reads everything for the report of a campaign, also of an archived one: each client and each
 * entry once, keeping a bounded part.
 * @param isArchived only an archived one, also where another campaign of the same name is there
 * @param gone aborted = nobody waits for the report; rejects with its reason
 */
export async function readReportData(
  context: OrchestratorContext,
  name: string,
  { isArchived, list }: { readonly isArchived: boolean; readonly list: ReportData['list'] },
  gone?: AbortSignal,
): Promise<Result<ReportData, Refusal>> {
  const found = await readSource(context, name, isArchived);
  if (!found.ok) return found;
  const source = found.value;
  const { campaign } = source;
  const report = { ...source.report, ...(await source.planned(gone)) };
  const { definition } = campaign;
  const waves = definition.waves.map((wave) => wave.name);
  const tallied = await tallyOf(everyClient(context, source), waves);
  const { steps, moreSteps } = await stepsOf(context, source, gone);
  const { select } = definition;
  return ok({
    report,
    tallied,
    selection: selectionWords(select) ?? 'the whole fleet',
    exclusions: exclusionWords(select),
    steps,
    moreSteps,
    seals: await sealsOf(context),
    owners: await ownersOf(context, tallied, steps),
    list,
  });
}

function exclusionWords({ exclude = [] }: Selection): string | null {
  const each = exclude.map((exclusion) => `${criterionWords(exclusion)}: ${exclusion.reason}`);
  return each.length === 0 ? null : each.join('; ');
}

function criterionWords(criterion: Criterion): string {
  if ('where' in criterion) return criterion.where.map(printCondition).join(' AND ');
  if ('clients' in criterion) return `named ${listed(criterion.clients)}`;
  return `on logon server ${listed(criterion.logonServers)}`;
}

const listed = (names: readonly string[]): string =>
  namesInWords({ clients: names.slice(0, namesAtMost), count: names.length });

/** What was done with the campaign as a whole, the oldest first. */
async function stepsOf(
  { store, archive, contents }: OrchestratorContext,
  { campaign }: ReportSource,
  gone?: AbortSignal,
): Promise<{ readonly steps: readonly ReportedStep[]; readonly moreSteps: number }> {
  const first: ReportedStep[] = [];
  const last: ReportedStep[] = [];
  let moreSteps = 0;
  const filter = { campaign: campaign.definition.campaign, isOfNoClient: true };
  const found = readEntries(store, archive, filter, { contents, gone });
  for await (const { at, who, from, to, because } of found) {
    // Another campaign had this name before.
    if (at < campaign.createdAt) continue;
    const step = { at: isoOf(at), who, from, to, because };
    if (first.length < stepsAtEachEnd) first.push(step);
    else if (last.push(step) > stepsAtEachEnd) {
      last.shift();
      moreSteps += 1;
    }
  }
  return { steps: [...first, ...last], moreSteps };
}

async function sealsOf({ store }: OrchestratorContext): Promise<readonly SealHead[]> {
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  const heads = await Promise.all(
    shards.map(async (shard) => writtenHead(shard, await store.readSeal(shard))),
  );
  return heads.filter((head) => head !== null);
}

const ownerLabel = 'owner=';

/** By client that did not end well and is named: its label, else who started the campaign. */
async function ownersOf(
  { store }: OrchestratorContext,
  { exceptions, unhealthy }: Tallied,
  steps: readonly ReportedStep[],
): Promise<ReadonlyMap<string, string>> {
  const starter = steps.find(({ to }) => to === 'running')?.who;
  const owners = new Map<string, string>();
  for (const client of [...exceptions, ...unhealthy].flatMap(({ clients }) => clients)) {
    const labels = (await store.readClient(client))?.labels ?? [];
    const label = labels.find((each) => each.startsWith(ownerLabel));
    const owner = label === undefined ? starter : label.slice(ownerLabel.length);
    if (owner !== undefined) owners.set(client, owner);
  }
  return owners;
}
