import { ok, type Result } from '../../../shared/errors.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { many, number } from '../render/view.ts';
import { type ApiClient, campaignPath } from './api-client.ts';
import { confirm, type Terminal } from './confirm.ts';
import { askForStart } from './start-question.ts';

/** What a person has agreed to before a resume. */
export interface Agreed {
  readonly acceptFailures?: number;
  readonly startNow?: true;
}

/**
 * Shows what a person accepts who resumes a campaign that a gate has paused, and asks for the
 * number of failures. Where the moment to start has passed during the pause, asks for the number of
 * clients that the resume starts with. Any other pause is ended without a question.
 */
export async function confirmResume(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<Agreed, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const { paused } = status.value;
  if (paused !== null && paused.missed !== null) {
    const when = `, starts now: ${paused.missed} while ${paused.by} had paused it (${paused.because})`;
    const agreed = await askForStart(api, status.value, { when, verb: 'start it now' }, terminal);
    return agreed.ok ? ok({ startNow: true }) : agreed;
  }
  return paused?.byGate === true ? acceptFailures(api, status.value, terminal) : ok({});
}

async function acceptFailures(
  { named }: ApiClient,
  status: CampaignStatus,
  terminal: Terminal | undefined,
): Promise<Result<Agreed, Refusal>> {
  const failures = status.states.failed + status.states.needsAttention;
  const answer = number(failures);
  const confirmed = await confirm(
    {
      lines: acceptanceLines(status),
      at: named,
      answer,
      verb: `accept ${failures === 1 ? 'it' : 'them'} and resume`,
    },
    false,
    terminal,
  );
  return confirmed.ok ? ok({ acceptFailures: failures }) : confirmed;
}

function acceptanceLines({
  campaign,
  paused,
  states,
  health,
  causes,
  waves,
}: CampaignStatus): readonly string[] {
  const next = waves.find(({ isOpen }) => !isOpen);
  return [
    `The gate has paused campaign ${campaign}: ${paused?.because ?? ''}`,
    `You accept ${number(states.failed)} failed and ${number(states.needsAttention)} that ${states.needsAttention === 1 ? 'needs' : 'need'} attention:`,
    ...causes.map(({ cause, count }) => `  ${number(count)}x ${cause}`),
    ...(health === undefined || health.unhealthy === 0
      ? []
      : [
          `You also accept ${many(health.unhealthy, 'upgraded client')} that ${health.unhealthy === 1 ? 'is' : 'are'} unhealthy.`,
        ]),
    next === undefined
      ? 'Will happen: every wave is open, and its clients go on.'
      : `Will happen: wave ${next.wave} can open next, with ${many(next.size, 'client')}.`,
    'Will not happen: the clients that failed are not tried again. Later failures count again.',
    'Undo: pause the campaign again. A failure that was accepted stays accepted.',
  ];
}
