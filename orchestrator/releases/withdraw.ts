import type { OrchestratorContext } from '../context.ts';
import type { Permit } from '../requests/permit.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';

/** A withdrawn release, and the campaigns that wait until it is staged again. */
export interface Withdrawn {
  readonly release: string;
  readonly waiting: readonly string[];
}

/**
 * Withdraws a release: no campaign starts with it until it is staged again. Refused while a
 * campaign rolls it out. Clients that were marked or installed it before stay as they are.
 */
export async function withdrawRelease(
  context: OrchestratorContext,
  permit: Permit,
  name: string,
  reason: string,
): Promise<Result<Withdrawn, Refusal>> {
  const { clock, log } = context;
  const { by: who } = permit;
  const found = await withdrawable(context, name);
  if (!found.ok) return found;
  const release = found.value;
  const at = clock.now();
  await write(context, who, { ...release, withdrawn: { by: who, because: reason, at } }, reason);
  // A start that read the release before this write is either refused from now on, or its campaign
  // is found here: then the withdrawal is taken back.
  const meanwhile = await whyRolledOut(context, name);
  if (meanwhile !== null) {
    await write(context, who, release, meanwhile.message);
    return err(meanwhile);
  }
  log.info({ release: name, who, because: reason }, 'release withdrawn');
  return ok({ release: name, waiting: await waitingFor(context, name) });
}

/** A release that can be withdrawn now, or why it cannot. */
export async function withdrawable(
  context: OrchestratorContext,
  name: string,
): Promise<Result<Release, Refusal>> {
  const release = await context.store.readRelease(name);
  if (release === null) return err(notFound('release', name));
  if (release.withdrawn !== undefined) {
    const { by, because } = release.withdrawn;
    return err(fault('release.withdrawn', `release ${name} was withdrawn already, by ${by}: ${because}`));
  }
  const rolledOut = await whyRolledOut(context, name);
  return rolledOut === null ? ok(release) : err(rolledOut);
}

/** Campaigns that wait for the release. */
export const waitingFor = async (
  { store }: OrchestratorContext,
  release: string,
): Promise<readonly string[]> =>
  (await store.campaigns(['waitingForRelease', 'scheduled']))
    .filter(({ campaign }) => campaign.definition.release === release)
    .map(({ campaign }) => campaign.definition.campaign);

/** Writes the release and the audit entry of the step. */
const write = (
  { store, clock }: OrchestratorContext,
  who: string,
  release: Release,
  because: string,
): Promise<void> =>
  store.stageRelease(release, null, {
    at: clock.now(),
    campaign: '',
    client: null,
    who,
    from: release.withdrawn === undefined ? 'withdrawn' : 'staged',
    to: release.withdrawn === undefined ? 'staged' : 'withdrawn',
    because: `release ${release.release}: ${because}`,
    evidence: null,
  });

async function whyRolledOut({ store }: OrchestratorContext, name: string): Promise<Refusal | null> {
  const found = (await store.campaigns(['running', 'paused'])).find(
    ({ campaign }) => campaign.definition.release === name,
  );
  if (found === undefined) return null;
  const { definition, state } = found.campaign;
  const because = `release ${name} is being rolled out by campaign ${definition.campaign}, which ${statusClause[state.status]}`;
  return fault('release.inUse', `${because}; abort that one first`);
}

/** Whether a campaign may start with the release: it is staged, and not withdrawn since. */
export const isUsable = (release: Release | null): boolean =>
  release !== null && release.withdrawn === undefined;
