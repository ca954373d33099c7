import type { Answered } from '../../shared/domain/rules/approval-rules.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { GuardedCommand } from '../../shared/domain/campaign/command-request.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import { rulesVersionOf } from '../../shared/rulebook.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { requestId, requestsOf, termsOf, whyNotApprover } from '../domain/approval-requests.ts';
import { notFound, type Refusal } from '../refusal.ts';
import {
  clientText,
  namedAtMost,
  type NamedClients,
  stepText,
  termsWords,
  waveText,
} from '../views/approval-text.ts';
import { changeIdle } from './commit-idle.ts';
import { changeCampaign } from './transitions.ts';
import { askOf, wakeAnswered } from './wake-answered.ts';

/** A question that waits for a person, and everything that the person is shown. */
export interface OpenApproval {
  readonly id: string;
  /** '' = it is about a release. */
  readonly campaign: string;
  readonly client: string | null;
  readonly since: string;
  /** Null = it does not expire. */
  readonly expires: string | null;
  /** That time has passed, and nothing has followed yet; left out = it is still to come. */
  readonly expired?: true | undefined;
  readonly onExpiry: string;
  readonly by: string;
  /** The command that a person has asked for; left out = the campaign itself asks. */
  readonly command?: GuardedCommand | undefined;
  /** The release that the command is about, where it is about no campaign. */
  readonly release?: string | undefined;
  readonly askedBy?: string | undefined;
  /** The person who reads this has asked for it; left out = the campaign itself asks. */
  readonly isOwn?: boolean | undefined;
  /** What the person who reads this can do about it; left out = the campaign itself asks. */
  readonly next?: string | undefined;
  /** Another person has approved it, and it is being carried out. */
  readonly approvedBy?: string | undefined;
  readonly text: readonly string[];
  /** What the command would do now; left out = the same, or that is not counted again. */
  readonly now?: readonly string[] | undefined;
  /** SHA-256 of the text. */
  readonly shown: string;
}

export interface ApprovalRequested {
  readonly id: string;
  readonly answer: 'approved' | 'rejected';
  readonly reason?: string | undefined;
  /** SHA-256 of what the person was shown; left out = whatever is shown now. */
  readonly shown?: string | undefined;
}

export interface ApprovalResult {
  readonly id: string;
  readonly campaign: string;
  /** What became of the answer, in one sentence. */
  readonly because: string;
  /** Why nothing begins all the same, and the commands that come next; left out = nothing does. */
  readonly next?: { readonly because: string; readonly actions: readonly string[] } | undefined;
}

/** In these campaigns a question may be open. */
const askingIn = ['running', 'paused'] as const;

/** Every open question; null = of all campaigns. Oldest first. */
export async function openApprovals(
  context: OrchestratorContext,
  name: string | null,
): Promise<Result<readonly OpenApproval[], Refusal>> {
  const { store } = context;
  const record = name === null ? null : await store.readCampaign(name);
  if (name !== null && record === null) return err(notFound('campaign', name));
  const records = record === null ? await store.campaigns(askingIn) : [record];
  const found: OpenApproval[] = [];
  for (const { campaign } of records) found.push(...(await openIn(context, campaign)));
  return ok(found.sort(oldestFirst));
}

export const oldestFirst = (a: OpenApproval, b: OpenApproval): number =>
  a.since < b.since ? -1 : a.since > b.since ? 1 : a.id < b.id ? -1 : 1;

async function openIn(
  { store, clock }: OrchestratorContext,
  campaign: Campaign,
): Promise<readonly OpenApproval[]> {
  const { definition, state } = campaign;
  const open = requestsOf(campaign).filter(({ answer }) => answer === undefined);
  const asksEach = definition.approvals?.some((rule) => 'each' in rule) === true;
  if ((open.length === 0 && !asksEach) || !askingIn.some((status) => status === state.status)) return [];
  const name = definition.campaign;
  const now = clock.now();
  const counters = await store.counters(name);
  const waits = (counters['deferred|approval'] ?? 0) + (counters['deferred|window'] ?? 0) > 0;
  const asking = waits ? await askingClients(store.upgrades(name)) : [];
  const ofCampaign = await Promise.all(
    open.map(async (request): Promise<OpenApproval> => {
      const { subject, since, until } = request;
      const text =
        'wave' in subject
          ? waveText(
              campaign,
              counters,
              subject.wave,
              await clientsOf(
                store.waiting(name),
                definition.waves.findIndex((wave) => wave.name === subject.wave),
              ),
            )
          : stepText(
              campaign,
              subject.remediation,
              namesOf(asking.filter(({ upgrade }) => askOf(upgrade)?.step === subject.remediation)),
            );
      return {
        id: requestId(name, request),
        ...viewOf(name, null, { since, until, now }, text),
        ...termsWords(termsOf(definition, subject)),
      };
    }),
  );
  const ofClients = asking.flatMap(({ upgrade }): OpenApproval[] => {
    const ask = askOf(upgrade);
    if (ask === null || ask.isForAll) return [];
    const terms = definition.approvals?.find((rule) => 'each' in rule && rule.each === ask.step) ?? {};
    const text = clientText(campaign, upgrade, ask.step, ask.attempt);
    return [
      {
        id: clientAskId(name, upgrade),
        ...viewOf(name, upgrade.client, { ...ask, now }, text),
        ...termsWords(terms),
      },
    ];
  });
  return [...ofCampaign, ...ofClients];
}

/** `sms-sp4/client/pc-7/1/relocation/smsexec`: names the client, its attempt and the blocker. */
function clientAskId(campaign: string, upgrade: StoredUpgrade['upgrade']): string {
  const [step = '', ...service] = (askOf(upgrade)?.attempt ?? '').split(' of ');
  return [
    campaign,
    'client',
    upgrade.client,
    upgrade.attempt,
    step,
    encodeURIComponent(service.join(' of ')),
  ].join('/');
}

const viewOf = (
  campaign: string,
  client: string | null,
  { since, until, now }: { readonly since: number; readonly until: number | null; readonly now: number },
  text: readonly string[],
) => ({
  campaign,
  client,
  since: isoOf(since),
  expires: until === null ? null : isoOf(until),
  ...(until === null || now < until ? {} : { expired: true as const }),
  text,
  shown: sha256(text.join('\n')),
});

async function askingClients(upgrades: AsyncIterable<StoredUpgrade>): Promise<readonly StoredUpgrade[]> {
  const found: StoredUpgrade[] = [];
  for await (const stored of upgrades)
    if (stored.upgrade.state.phase === 'deferred' && askOf(stored.upgrade) !== null) found.push(stored);
  return found;
}

const namesOf = (found: readonly StoredUpgrade[]): NamedClients => ({
  count: found.length,
  names: found
    .map(({ key }) => key.client)
    .sort()
    .slice(0, namedAtMost),
});

async function clientsOf(
  waiting: AsyncIterable<{ readonly client: string; readonly wave: number }>,
  wave: number,
): Promise<NamedClients> {
  const names: string[] = [];
  for await (const each of waiting) if (each.wave === wave) names.push(each.client);
  return { count: names.length, names: names.sort().slice(0, namedAtMost) };
}

/**
 * Answers a question. What the person was shown goes into the audit with its hash. An answer that
 * comes twice or late changes nothing, and says why.
 */
export async function answerApproval(
  context: OrchestratorContext,
  who: string,
  request: ApprovalRequested,
): Promise<Result<ApprovalResult, Refusal>> {
  const { id } = request;
  const [name = '', kind, client = ''] = id.split('/');
  const open = await openApprovals(context, name);
  if (!open.ok) return open;
  const found = open.value.find((each) => each.id === id);
  if (found !== undefined && request.shown !== undefined && request.shown !== found.shown)
    return err(
      fault(
        'approval.changed',
        `what ${id} shows has changed since it was shown; look at it again, then answer`,
      ),
    );
  const shown = found === undefined ? '' : `shown (SHA-256 ${found.shown}): ${found.text.join('; ')}`;
  if (kind === 'client') return answerForClient(context, who, { ...request, name, client, shown });
  const { answer: is, reason } = request;
  const changed = await changeCampaign(context, who, name, async () => ({
    event: { type: 'ApprovalAnswered', id, is, by: who, reason, shown },
  }));
  if (!changed.ok) return changed;
  const record = await context.store.readCampaign(name);
  if (record !== null && kind === 'remediation') await wakeAnswered(context, record.campaign);
  return ok({ id, campaign: name, because: changed.value.because });
}

/** Tries against a worker and other people. */
const triesAtMost = 10;

interface ClientAnswer extends ApprovalRequested {
  readonly name: string;
  readonly client: string;
  readonly shown: string;
}

async function answerForClient(
  context: OrchestratorContext,
  who: string,
  { id, name, client, answer: is, reason, shown }: ClientAnswer & { readonly shown: string },
): Promise<Result<ApprovalResult, Refusal>> {
  const { store, clock } = context;
  const [, , , attempt = '', step = '', service = ''] = id.split('/');
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readCampaign(name);
    const stored = await store.readUpgrade({ campaign: name, client });
    if (record === null || stored === null)
      return err(fault('approval.refused', `nothing waits for the approval ${id}`));
    const { campaign } = record;
    const terms = campaign.definition.approvals?.find((rule) => 'each' in rule && rule.each === step) ?? {};
    const why = is === 'approved' ? whyNotApprover(campaign, terms, who) : null;
    if (why !== null) return err(fault('approval.refused', why));
    const of = `${step} of ${decoded(service)}`;
    const answer: Answered = {
      is,
      by: who,
      at: clock.now(),
      ...(reason === undefined ? {} : { reason }),
      attempt: Number(attempt),
      of,
    };
    const { rules } = await context.rulebook.of(name, rulesVersionOf(campaign));
    const decision = decide(
      { ...rules, zone: 'UTC' },
      stored.upgrade,
      { type: 'ApprovalAnswered', answer },
      clock.now(),
    );
    if (decision.kind === 'ignored')
      return ok({ id, campaign: name, because: `ignored: ${decision.because}` });
    const outcome = await changeIdle(context, stored, {
      upgrade: decision.upgrade,
      because: `${decision.because}; ${shown}`,
      who,
    });
    if (outcome.kind === 'committed') return ok({ id, campaign: name, because: decision.because });
    if (outcome.kind === 'driven') break;
  }
  return err(
    fault('approval.busy', `client ${client} is being looked at in this moment; answer ${id} again`),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
