import { readMoment } from '../input/parse-timestamp.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { err, fault, type Result } from '../../shared/errors.ts';
import { changeCampaign, type ChangedCampaign } from './transitions.ts';

/** Gives a campaign that waits for its start another time. Refused for a time that has passed. */
export async function postponeCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  { to, reason }: { readonly to: string; readonly reason: string },
): Promise<Result<ChangedCampaign, Refusal>> {
  const startAt = readMoment(to);
  if (startAt === undefined)
    return err(
      fault(
        'input.moment',
        `"${to}" is not a moment that exists once, with its time zone, such as "2026-11-23 22:00 Europe/Rome"`,
      ),
    );
  return changeCampaign(context, who, name, async () => ({
    event: { type: 'PostponeRequested', by: who, reason, startAt },
  }));
}

/** Takes back the start of a campaign that has not begun: its status is `created` again. */
export const unscheduleCampaign = (
  context: OrchestratorContext,
  who: string,
  name: string,
  { reason, override = false }: { readonly reason: string; readonly override?: boolean | undefined },
): Promise<Result<ChangedCampaign, Refusal>> =>
  changeCampaign(context, who, name, async () => ({
    event: { type: 'UnscheduleRequested', by: who, reason, override },
  }));
