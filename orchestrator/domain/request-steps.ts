import {
  type CommandRequest,
  isGuardedCommand,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';

/**
 * How the audit names requests for commands and their states. An entry has no field for a request,
 * and entries are sealed as they are, so its name stands first in the reason: it is written and
 * read here alone.
 */

/** `abort asked` */
export const requestStep = ({ command, state }: CommandRequest): string => `${command} ${state.is}`;

const states: readonly CommandRequest['state']['is'][] = [
  'asked',
  'approved',
  'done',
  'rejected',
  'expired',
  'retracted',
  'void',
];

/** The state in a step that `requestStep` made; null = it is another step. */
export function requestStateIn(step: string): CommandRequest['state']['is'] | null {
  const [command, state, ...more] = step.split(' ');
  if (more.length > 0 || !isGuardedCommand(command)) return null;
  return states.find((each) => each === state) ?? null;
}

/** `request sms-sp4/abort/1: asked by anna; …` */
export const requestReason = (request: CommandRequest, because: string): string =>
  `request ${requestName(request)}: ${because}`;

/** The name in a reason that `requestReason` made; null = it is the reason of another entry. */
export function requestNameIn(reason: string): string | null {
  const [, name] = /^request (\S+): /u.exec(reason) ?? [];
  return name ?? null;
}
