import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import { keyOfLabel } from '../../shared/domain/campaign/where.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { attemptAt } from '../../shared/domain/remediation/escalation-steps.ts';
import { procedureWords } from '../../shared/domain/remediation/procedure-words.ts';
import type { ApprovedStep } from '../../shared/domain/rules/approval-rules.ts';
import { isCalendarOpen } from '../../shared/domain/time/calendar.ts';
import { stepBegunIn } from '../../shared/domain/upgrade/fit.ts';
import { beginsSomething } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import type { Asked, PropertyName, Violation } from './asked.ts';
import { isDown, userName } from './machine.ts';
import { memberAt, type Moment, type Scope, type World } from './world.ts';

/** The first property that this moment violates; null = none. */
export function violationIn(scope: Scope, asked: Asked, moment: Moment): Violation | null {
  const checks: Readonly<Partial<Record<PropertyName, () => string | null>>> = {
    neverDown: () => whyTooManyDown(asked, moment.world),
    loggedOn: () => whyLoggedOn(moment),
    window: () => whyOutside(scope, moment),
    approval: () => whyNotApproved(scope, moment),
  };
  for (const property of asked.names) {
    const because = checks[property]?.() ?? null;
    if (because !== null) return { property, because };
  }
  return null;
}

/** The part of the fleet to which a client belongs, by a label or a column. */
export function groupOf(per: string, { logonServer, labels, zone }: Client): string {
  if (per === 'logonServer') return logonServer;
  if (per === 'zone') return zone;
  const wanted = per.toLowerCase();
  const label = labels.find((each) => keyOfLabel(each).toLowerCase() === wanted);
  return label === undefined ? '' : label.slice(label.indexOf('=') + 1);
}

function whyTooManyDown({ neverDown }: Asked, { members }: World): string | null {
  if (neverDown === null) return null;
  const down = members.filter(({ machine }) => isDown(machine));
  const groups = Map.groupBy(down, ({ client }) => groupOf(neverDown.per, client));
  for (const [group, clients] of groups) {
    if (clients.length <= neverDown.most) continue;
    const names = clients
      .map(
        ({ client, machine }) =>
          `${client.client} (${machine.power === 'down' ? 'restarts' : 'its service does not run'})`,
      )
      .join(' and ');
    const one = clients.length === 1;
    return `${clients.length} ${one ? 'client' : 'clients'} of ${neverDown.per} ${group} ${one ? 'is' : 'are'} down at once: ${names}`;
  }
  return null;
}

function whyLoggedOn({ step, world }: Moment): string | null {
  if (step.kind !== 'command' || step.command !== 'RestartClient' || !step.machine.user) return null;
  return `${memberAt(world, step.member).client.client} is restarted while ${userName} is logged on`;
}

/** The upgrade that begins something with this moment; null = nothing begins. */
function begunIn({ step }: Moment): { readonly before: Upgrade; readonly after: Upgrade } | null {
  return step.kind === 'upgrade' && beginsSomething(step.after) && step.after !== step.before ? step : null;
}

/** By the windows, blackouts and hours of the file, whatever the rules of the end say of them. */
function whyOutside({ definition }: Scope, moment: Moment): string | null {
  const begun = begunIn(moment);
  if (begun === null || moment.step.kind !== 'upgrade') return null;
  const { client } = memberAt(moment.world, moment.step.member);
  const { at } = moment.step;
  const what = whatBegins(begun.after);
  const calendar = calendarFor(definition, client);
  if (calendar !== null && !isCalendarOpen(calendar, client.zone, at))
    return `${what} begins on ${client.client} outside its window`;
  const { between } = definition.policy.restart;
  if (begun.after.state.phase !== 'ordering' || between === null) return null;
  return isCalendarOpen({ windows: [between], blackouts: [] }, client.zone, at)
    ? null
    : `${what} begins on ${client.client} outside the hours of restarts`;
}

function whatBegins({ state }: Upgrade): string {
  const step = stepBegunIn(state);
  if (step === null) return 'a notice to its users';
  switch (step) {
    case 'mark':
      return 'the mark';
    case 'update':
      return 'the update';
    case 'restart':
      return 'the restart';
    default:
      return `the ${procedureWords[step]}`;
  }
}

function whyNotApproved(scope: Scope, moment: Moment): string | null {
  return whyStepNotApproved(scope, moment) ?? whyWaveNotApproved(moment);
}

function whyStepNotApproved({ definition }: Scope, moment: Moment): string | null {
  const begun = begunIn(moment);
  if (begun === null || begun.after.state.phase !== 'remedying') return null;
  const { procedure, service } = begun.after.state.journal;
  const rule = definition.approvals?.find(
    (each) =>
      ('each' in each && each.each === procedure) ||
      ('remediation' in each && each.remediation === procedure),
  );
  if (rule === undefined) return null;
  const answer =
    'each' in rule
      ? begun.after.memory.history.approvals?.answers[attemptAt(procedure, service)]
      : answerForAll(moment.world, procedure as ApprovedStep);
  if (answer?.is === 'approved' && answer.by !== null) return null;
  return `the ${procedureWords[procedure]} begins on ${begun.after.client}, and no person has said yes`;
}

const answerForAll = ({ campaign }: World, wanted: ApprovedStep) =>
  requestsOf(campaign).findLast(({ subject }) => 'remediation' in subject && subject.remediation === wanted)
    ?.answer;

/** A wave that needs an approval opens without the approval of a person. */
function whyWaveNotApproved({ step }: Moment): string | null {
  if (step.kind !== 'campaign' || !('openWaves' in step.before.state) || !('openWaves' in step.after.state))
    return null;
  const { state, definition } = step.after;
  const wave = state.openWaves - 1;
  if (state.openWaves === step.before.state.openWaves) return null;
  if (definition.waves[wave - 1]?.gate.approval !== true) return null;
  const name = definition.waves[wave]?.name ?? '';
  const request = requestsOf(step.after).findLast(
    ({ subject }) => 'wave' in subject && subject.wave.toLowerCase() === name.toLowerCase(),
  );
  if (request?.answer?.is === 'approved' && request.answer.by !== null) return null;
  return `wave ${name} opens, and no person has said yes`;
}
