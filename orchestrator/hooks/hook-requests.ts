import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import { clientHookCommand } from '../../shared/domain/campaign/hooks.ts';
import {
  type ClientHookMoment,
  clientHookMoments,
  clientHookName,
} from '../../shared/domain/rules/client-hooks.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import { changeCampaign } from '../campaigns/transitions.ts';
import type { OrchestratorContext } from '../context.ts';
import { hookKeeper, hookPoints } from '../domain/hooks.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { type HooksNow, hooksNow } from '../views/hooks-now.ts';
import type { HookView } from '../views/hooks.ts';
import { commitHook } from './advance-hooks.ts';

/** How the hooks of a campaign stand. */
export interface CampaignHookViews extends HooksNow {
  readonly campaign: string;
  readonly hooks: readonly HookView[];
}

export async function listHooks(
  { store }: Pick<OrchestratorContext, 'store'>,
  name: string,
): Promise<Result<CampaignHookViews, Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { definition } = record.campaign;
  const { campaign } = definition;
  if (definition.hooks === undefined) return ok({ campaign, hooks: [] });
  const runs = (await store.hookRuns(campaign)).map(({ run }) => run);
  const { hooks = [], ...others } = hooksNow(definition, await store.counters(campaign), runs);
  return ok({ campaign, hooks, ...others });
}

/** `retry`: the command is run again. `accept`: the campaign goes on without its answer. */
export type HookAnswer = 'retry' | 'accept';

/**
 * A person decides on a hook that stopped the campaign or whose outcome is not known. The campaign
 * goes on where its hooks had paused it.
 */
export async function answerHook(
  context: OrchestratorContext,
  who: string,
  { campaign: name, hook: asked }: { readonly campaign: string; readonly hook: string },
  answer: HookAnswer,
  reason: string,
): Promise<Result<CampaignHookViews, Refusal>> {
  const { store, clock } = context;
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { definition } = record.campaign;
  const perClient = clientHookMoments.find(
    (moment) => clientHookName(moment) === asked && clientHookCommand(definition.hooks, moment) !== undefined,
  );
  if (perClient !== undefined) return err(refusedForClients(name, asked, perClient));
  const names = hookPoints(definition).map((point) => point.hook);
  const hook = spelledAs(asked, names);
  const found = (await store.hookRuns(name)).find(({ run }) => run.hook === hook);
  const isOpen = found?.run.state === 'stop' || found?.run.state === 'unknown';
  if (found === undefined || !isOpen) return err(refused(name, hook, names, found?.run));
  const run: HookRun = {
    ...found.run,
    // `wait` since long ago: the next round runs it.
    state: answer === 'retry' ? 'wait' : 'accepted',
    since: answer === 'retry' ? 0 : clock.now(),
    owner: who,
    because: `${answer === 'retry' ? 'to be run again' : 'the campaign goes on without its answer'}, for ${who}: ${reason}`,
  };
  if (!(await commitHook(context, name, found.run, { ...run }, found.version, who)))
    return err(fault('hook.busy', `hook ${hook} changed in this moment; look at it, and try again`));
  await goOn(
    context,
    who,
    name,
    `hook ${hook} ${answer === 'retry' ? 'is run again' : 'is accepted'}: ${reason}`,
  );
  return listHooks(context, name);
}

async function goOn(context: OrchestratorContext, who: string, name: string, reason: string): Promise<void> {
  const { store } = context;
  await changeCampaign(context, who, name, async ({ campaign: { state } }) =>
    state.status === 'paused' && state.by === hookKeeper
      ? {
          event: {
            type: 'ResumeRequested',
            by: who,
            override: true,
            reason,
            counters: await store.counters(name),
          },
        }
      : null,
  );
}

const refusedForClients = (campaign: string, hook: string, moment: ClientHookMoment): Refusal =>
  fault(
    'hook.refused',
    moment === 'before'
      ? `hook ${hook} of campaign ${campaign} runs for each client; a retry of a client runs it again: servpack client retry CLIENT --campaign ${campaign} --reason TEXT`
      : `hook ${hook} of campaign ${campaign} runs for each client, and is not run again; a campaign that it has paused goes on with: servpack campaign resume ${campaign} --reason TEXT`,
  );

function refused(campaign: string, hook: string, names: readonly string[], run?: HookRun): Refusal {
  if (!names.includes(hook))
    return fault(
      'notFound.hook',
      `campaign ${campaign} has no hook ${hook}${names.length === 0 ? '' : `; its hooks are ${names.join(', ')}`}`,
    );
  const stands = run === undefined ? 'was not run yet' : `does not wait for a person: ${run.because}`;
  return fault('hook.refused', `hook ${hook} of campaign ${campaign} ${stands}`);
}
