import { type Reopening, retry, unmark } from '../../shared/domain/reopen.ts';
import { isStraggler, type Stragglers } from '../../shared/domain/straggler.ts';
import type { Upgrade } from '../../shared/domain/upgrade.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { endedMarked } from '../../shared/domain/tally.ts';
import type { CommitAtRestOutcome, StoredUpgrade } from '../../shared/store/store.ts';
import { changeAtRest } from '../at-rest.ts';
import type { Office } from '../office.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { moveCampaign } from './moves.ts';

/** How many clients were opened again, and how many could not be. */
export interface ReopenedClients {
  readonly campaign: string;
  readonly reopened: number;
  /** Another campaign has them now, or somebody else was faster. */
  readonly passedOver: number;
}

/** So many at the same time. */
const atOnce = 50;

/** Opens every client again whose mark is still on it: each is looked at, and its mark is taken back. Works while aborted. */
export const unmarkCampaign = (
  office: Office,
  who: string,
  name: string,
  reason: string,
): Promise<Result<ReopenedClients, Refusal>> =>
  reopenAll(office, who, name, {
    isAsked: endedMarked,
    reopen: (upgrade) => unmark(upgrade, `${who}: ${reason}`),
  });

/** Opens the stragglers of this kind again, each as its next attempt. Refused for a campaign that was aborted. */
export async function retryCampaign(
  office: Office,
  who: string,
  name: string,
  { which, reason }: { readonly which: Stragglers; readonly reason: string },
): Promise<Result<ReopenedClients, Refusal>> {
  const record = await office.store.readCampaign(name);
  if (record?.campaign.state.status === 'aborted') return err(wasAborted(name));
  return reopenAll(office, who, name, {
    isAsked: (upgrade) => isStraggler(which, upgrade),
    reopen: (upgrade) => retry(upgrade, `${who}: ${reason}`),
  });
}

export const wasAborted = (name: string): Refusal =>
  fault(
    'campaign.aborted',
    `campaign ${name} was aborted: nothing is begun in it any more; create another one`,
  );

interface Asked {
  readonly isAsked: (upgrade: Upgrade) => boolean;
  readonly reopen: (upgrade: Upgrade) => Reopening;
}

async function reopenAll(
  office: Office,
  who: string,
  name: string,
  { isAsked, reopen }: Asked,
): Promise<Result<ReopenedClients, Refusal>> {
  if ((await office.store.readCampaign(name)) === null) return err(notFound('campaign', name));
  let [reopened, passedOver] = [0, 0];
  const open = async (page: readonly StoredUpgrade[]): Promise<void> => {
    const outcomes = await Promise.all(page.map((stored) => reopenOne(office, who, stored, reopen)));
    const done = outcomes.filter((each) => each.ok).length;
    reopened += done;
    passedOver += page.length - done;
  };
  let page: StoredUpgrade[] = [];
  for await (const stored of office.store.upgrades(name)) {
    if (!isAsked(stored.upgrade)) continue;
    page.push(stored);
    if (page.length < atOnce) continue;
    await open(page);
    page = [];
  }
  await open(page);
  if (reopened > 0) await goOn(office, who, name, `${reopened} clients are open again`);
  office.log.info({ campaign: name, who, reopened, passedOver }, 'clients are open again');
  return ok({ campaign: name, reopened, passedOver });
}

/** Opens one client again that has settled; the refusal is a sentence. */
export async function reopenOne(
  office: Office,
  who: string,
  stored: StoredUpgrade,
  reopen: (upgrade: Upgrade) => Reopening,
): Promise<Result<string, Refusal>> {
  const { campaign, client } = stored.key;
  const refuse = (because: string): Result<string, Refusal> =>
    err(fault('client.refused', `client ${client} in campaign ${campaign}: ${because}`));
  const reopening = reopen(stored.upgrade);
  if (reopening.kind === 'refused') return refuse(reopening.because);
  const { upgrade, because } = reopening;
  const outcome = await changeAtRest(office, stored, { upgrade, because, who });
  const not = whyNot(outcome);
  return not === null ? ok(because) : refuse(not);
}

function whyNot(outcome: CommitAtRestOutcome): string | null {
  switch (outcome.kind) {
    case 'committed':
      return null;
    case 'claimed':
      return `campaign ${outcome.campaign} is at work on it now; wait until it has settled there`;
    case 'driven':
    case 'stale':
      return 'somebody else has changed it in this very moment; look again';
  }
}

/** An ended campaign runs again, so that its budgets and gates hold. After the client was opened, else it would end at once. */
export async function goOn(office: Office, who: string, name: string, because: string): Promise<void> {
  const moved = await moveCampaign(office, who, name, async () => ({ event: { type: 'Reopened', because } }));
  if (!moved.ok) office.log.warn({ campaign: name, because: moved.error.message }, 'does not run again');
}
