import { fault, messageOf } from '../../shared/errors.ts';
import type { Fault } from '../../shared/errors.ts';

/** How a run of the upgrade command ended. `exitCode` is -1 where it was killed. */
export type Ending =
  | { readonly kind: 'notStarted'; readonly thrown: unknown }
  | {
      readonly kind: 'exited' | 'timedOut' | 'stopped';
      readonly exitCode: number;
      readonly killedBy: string | null;
    };

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program (or its interpreter is missing)',
  EACCES: 'it is not executable',
  ENOEXEC: 'it is neither a program nor a script that begins with #!',
};

/** The sentence for a command that could not even be started. */
export function notStarted(program: string, thrown: unknown): Fault {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const reason = reasons[code] ?? messageOf(thrown);
  return fault(
    'upgradeNotStarted',
    `the upgrade command ${program} cannot be started: ${reason}; nothing is staged`,
    thrown,
  );
}

/** The sentence for a command that ended in any other way than with exit code 0. */
export function endedBadly(
  { kind, exitCode, killedBy }: Exclude<Ending, { kind: 'notStarted' }>,
  { program, timeoutMs, lastLine }: { program: string; timeoutMs: number; lastLine: string },
  evidence: unknown,
): Fault {
  const said = lastLine === '' ? '' : ` (its last words: ${lastLine})`;
  const because = (code: string, what: string): Fault =>
    fault(code, `the upgrade command ${program} ${what}${said}; nothing is staged`, evidence);
  switch (kind) {
    case 'timedOut':
      return because('upgradeTimedOut', `did not end within ${timeoutMs / 1000} s and was killed`);
    case 'stopped':
      return because('upgradeStopped', 'was stopped before its end');
    case 'exited':
      return because(
        'upgradeFailed',
        killedBy === null ? `ended with exit code ${exitCode}` : `was killed by ${killedBy}`,
      );
  }
}
