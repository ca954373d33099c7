import type { Fault } from '../../shared/errors.ts';
import { fault } from '../../shared/errors.ts';
import { reasonOf, systemCodeOf } from '../../shared/reason-of.ts';
import { showRefusal } from './client/session.ts';
import { exitCodes } from './exit-codes.ts';

/** stdout takes nothing more, as on a full disk: what stands there is not the whole answer. */
export function endForBrokenOutput(error: unknown): never {
  process.stderr.write(
    `servpack: the output is incomplete, because it cannot be written: ${reasonOf(error)}; write it elsewhere and run the command again\n`,
  );
  process.exit(exitCodes.refused.code);
}

/** These run until they are stopped. Their stderr is a log: it keeps where an error came from. */
const processes: ReadonlySet<string> = new Set(['up', 'orchestrator', 'worker']);

/** Ends the process after an error that nothing expected. */
export function endForFault(thrown: unknown, args: readonly string[]): never {
  showRefusal(unexpected(thrown), args.includes('--json'));
  showTrace(thrown, args);
  process.exit(exitCodes.refused.code);
}

/** A stack trace is for developers: for the log of a process, or where somebody asks for it. */
export function showTrace(thrown: unknown, args: readonly string[]): void {
  const isAsked = /^(?:debug|trace)$/.test(process.env['SERVPACK_LOG_LEVEL'] ?? '');
  if (!isAsked && !args.some((each) => processes.has(each))) return;
  if (thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ''}\n`);
}

/** What the system refused is said in words with its file; anything else is a fault of servpack. */
export function unexpected(thrown: unknown): Fault {
  const reason = reasonOf(thrown);
  const { path } = thrown as { readonly path?: unknown };
  if (systemCodeOf(thrown) !== null)
    return fault('system', typeof path === 'string' ? `${path} cannot be used: ${reason}` : reason, thrown);
  return fault(
    'internal',
    `this is a fault of servpack itself (${reason}); please report it, with what SERVPACK_LOG_LEVEL=debug adds`,
    thrown,
  );
}
