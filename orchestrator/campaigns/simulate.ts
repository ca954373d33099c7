import { usualApprovalMs } from '../simulation/assumed.ts';
import type { CampaignSimulation, SimulationRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import { waitingUntil } from '../caller.ts';
import { yamlBytesAtMost } from '../input-file.ts';
import { withBudgets } from '../input/campaign-budgets.ts';
import type { Refusal } from '../refusal.ts';
import { finishedInParts, type SimulationAnswer } from '../simulation/answer.ts';
import { fleetFromLooks } from '../simulation/from-looks.ts';
import { simulateFile } from '../simulation/threads/simulate.ts';
import { simulatedProfile } from '../simulation/threads/surroundings.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { leftOver } from './create.ts';
import { draftCampaign } from './plan.ts';
import { looksAt } from './plan-binds.ts';

/** A person waits for the answer: a larger fleet is stood for by a smaller one. */
const clientsAtMost = 120;
/** As many as P90 needs. */
const replicates = 10;
/** The largest logon servers: no person compares more. */
const serversAtMost = 12;

/**
 * Simulates a campaign file against the fleet, each client as its last look found it; where no
 * client was looked at, against as many model clients. Changes nothing. Refused where a plan of the
 * file is.
 * @param gone aborted = nobody waits for the answer; rejects with its reason
 */
export async function simulateCampaign(
  context: OrchestratorContext,
  who: string,
  request: SimulationRequest,
  gone?: AbortSignal,
): Promise<Result<CampaignSimulation, Refusal>> {
  const { background } = context;
  if (background === undefined) return simulateHere(context, request);
  const simulated = await background('simulateCampaign', who, request, waitingUntil(gone));
  gone?.throwIfAborted();
  return simulated;
}

/** The same, here and now. */
export async function simulateHere(
  context: OrchestratorContext,
  { budgets, seed, ...input }: SimulationRequest,
): Promise<Result<CampaignSimulation, Refusal>> {
  // A longer text is refused by its reader, and not parsed here first.
  const text = input.text.length > yamlBytesAtMost ? input.text : withBudgets(input.text, budgets);
  const draft = await draftCampaign(context, { ...input, text });
  if (!draft.ok) return draft;
  const { definition, waves, plan, noRelease } = draft.value;
  const refusal = leftOver(plan.selected, plan.left);
  if (refusal !== null) return err(refusal);
  const profile = simulatedProfile();
  if (!profile.ok) return profile;
  const clients = waves.flatMap((wave) => wave.clients);
  const looks = await looksAt(
    context.store,
    clients.map(({ client }) => client),
  );
  const order = {
    ...input,
    text,
    fleet: fleetFromLooks(clients, looks, seed) ?? { count: clients.length },
    seed,
    startAt: Math.ceil(context.clock.now() / 60_000) * 60_000,
    approvalMs: usualApprovalMs,
    profile: profile.value,
    noRelease: noRelease ?? undefined,
    clientsAtMost,
  };
  // This thread alone: the others belong to the orchestrator.
  const answer = await simulateFile(order, replicates, 0);
  if (!answer.ok) return answer;
  const { active, perLogonServer } = definition.budgets;
  const { report, ...simulation } = answer.value;
  return ok({
    ...simulation,
    blockers: report.blockers.slice(0, 10),
    logonServers: loadOf(answer.value),
    budgets: { active, perLogonServer },
    text,
  });
}

/** When the clients of each logon server are finished; the largest logon servers first. */
function loadOf({ report, startsAt, endsAt }: SimulationAnswer): CampaignSimulation['logonServers'] {
  const from = Date.parse(startsAt);
  const until = Math.max(from + 1, Date.parse(endsAt ?? report.at));
  return [...Map.groupBy(report.clients, ({ logonServer }) => logonServer)]
    .map(([logonServer, clients]) => {
      const times = clients.flatMap(({ settledAt }) => (settledAt === null ? [] : [Date.parse(settledAt)]));
      return { logonServer, clients: clients.length, finished: finishedInParts(times, from, until) };
    })
    .sort((a, b) => b.clients - a.clients || (a.logonServer < b.logonServer ? -1 : 1))
    .slice(0, serversAtMost);
}
