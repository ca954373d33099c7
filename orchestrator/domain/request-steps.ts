import { type CommandRequest, isGuardedCommand } from '../../shared/domain/campaign/command-request.ts';

/** How the audit names the states of requests for commands. */

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
