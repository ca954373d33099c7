import { type Command, Option } from 'commander';

/** `--reason TEXT`, without which a command is refused before it reaches the orchestrator. */
class RequiredReason extends Option {
  /** The name of an option with which no reason is needed; null = there is none. */
  readonly unless: string | null;

  constructor(description: string, unless: string | null) {
    super('--reason <text>', description);
    this.unless = unless;
  }
}

/** @param unless the name of an option with which no reason is needed: `dryRun` */
export const requiredReason = (description: string, unless: string | null = null): Option =>
  new RequiredReason(description, unless);

/** Every command of the program refuses a missing reason with the same sentence. */
export function refuseMissingReasons(program: Command): void {
  program.hook('preAction', (_program, command) => {
    const given = command.opts<Record<string, unknown>>();
    const needed = command.options.find((each) => each instanceof RequiredReason);
    if (needed === undefined || given['reason'] !== undefined) return;
    if (needed.unless !== null && given[needed.unless] === true) return;
    command.error('error: nothing was changed: add --reason TEXT, which is kept in the audit', {
      code: 'servpack.missingReason',
    });
  });
}
